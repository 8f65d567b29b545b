/** The key of a device that proves it with each request (RFC 9449), by a library that is not ours. */
import { createHash, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export interface DeviceKey {
  /** A proof for one request; `now` is what the device's clock says, in milliseconds. */
  readonly prove: (
    url: string,
    now: number,
    more: { readonly nonce?: string | undefined; readonly accessToken?: string | undefined },
  ) => Promise<string>
}

export async function makeDeviceKey(): Promise<DeviceKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk: JWK = await exportJWK(publicKey)
  return {
    prove: (url, now, { nonce, accessToken }) =>
      new SignJWT({
        jti: randomUUID(),
        htm: 'POST',
        htu: url,
        iat: Math.floor(now / 1000),
        ...(nonce === undefined ? {} : { nonce }),
        ...(accessToken === undefined ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
      })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .sign(privateKey),
  }
}
