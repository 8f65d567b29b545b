/** Whether a server still speaks a TLS version that nobody should speak any more (BCP 195). */
import { connect } from 'node:tls'

/** `undefined` when this machine's own library cannot even ask. */
export function speaksOldTls(url: string, ca: string | undefined): Promise<boolean | undefined> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname,
      port: port === '' ? 443 : Number(port),
      servername: hostname,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      // OpenSSL offers these versions at security level 0 only.
      ciphers: 'DEFAULT@SECLEVEL=0',
      ...(ca === undefined ? {} : { ca }),
      timeout: 10_000,
    })
    const end = (answer: boolean | undefined) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('secureConnect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', (error: Error) => end(/no protocols available|unsupported/i.test(error.message) ? undefined : false))
  })
}
