// @ts-nocheck
import { createServer } from 'node:http'
import { createHttpServer } from '@countersign/node/http'
const what = process.argv[2]
const BODY = JSON.stringify({ error: 'authorization_pending' })
if (what === 'bare') {
  await import('./servers/bare.mjs')
} else {
  let answer = async () => ({ status: 400, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: BODY })
  if (what === 'poll' || what === 'memory') {
    const { authorityHandle } = await import('./zz-authority.mjs')
    answer = await authorityHandle(what === 'poll' ? 'sqlite' : 'memory')
  }
  const http = createHttpServer((x) => answer(x), { onError: console.error, trustedProxies: ['loopback'] })
  const { port } = await http.listen(0)
  console.log(`listening on http://127.0.0.1:${port}`)
}
