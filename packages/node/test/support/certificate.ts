/** A certificate for a test, signed by itself (RFC 5280), so that TLS is verified for real and no private key lies in the repository. */
import { generateKeyPairSync, sign } from 'node:crypto'

function der(tag: number, ...parts: readonly (Uint8Array | number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)))
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts)
const text = (value: string) => der(0x0c, Buffer.from(value))
const ECDSA_WITH_SHA256 = sequence(der(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]))
const COMMON_NAME = der(0x06, [0x55, 0x04, 0x03])
const SUBJECT_ALT_NAME = der(0x06, [0x55, 0x1d, 0x11])

function utcTime(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
}

/** Key and certificate (PEM) for these names, good from yesterday until tomorrow. */
export function certificateFor(...names: readonly string[]): { readonly key: string; readonly cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(der(0x31, sequence(COMMON_NAME, text('test'))))
  const day = 86_400_000
  const validity = sequence(utcTime(new Date(Date.now() - day)), utcTime(new Date(Date.now() + day)))
  // Context tag 2 of GeneralName: dNSName.
  const alternatives = sequence(...names.map((each) => der(0x82, Buffer.from(each))))
  const extensions = der(0xa3, sequence(sequence(SUBJECT_ALT_NAME, der(0x04, alternatives))))
  const toSign = sequence(
    der(0xa0, der(0x02, [2])),
    der(0x02, [1]),
    ECDSA_WITH_SHA256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  )
  const signature = sign('sha256', toSign, privateKey)
  const certificate = sequence(toSign, ECDSA_WITH_SHA256, der(0x03, [0], signature))
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  }
}
