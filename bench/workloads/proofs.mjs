// @ts-check
/** DPoP proofs of devices (RFC 9449 section 4.2), made ahead of the slice that sends them: signing is the devices' cost. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A key of a device, and the header of its proofs. @typedef {{ readonly key: import('node:crypto').KeyObject, readonly header: string }} DeviceKey */

/** @returns {DeviceKey} */
export function deviceKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
  return { key: privateKey, header: encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }) }
}

/** @param {DeviceKey} deviceKey @param {string} url */
export function proof({ key, header }, url) {
  const claims = { jti: randomBytes(12).toString('base64url'), htm: 'POST', htu: url, iat: Math.floor(Date.now() / 1000) }
  const input = `${header}.${encode(claims)}`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** @param {object} value */
function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
