// @ts-check
/** The first floor: node:http alone. It takes in the form and answers what a waiting device hears, which never changes. */
import { createServer } from 'node:http'

const BODY = JSON.stringify({ error: 'authorization_pending' })
const HEADERS = ['content-type', 'application/json', 'cache-control', 'no-store', 'content-length', String(BODY.length)]

const server = createServer((request, response) => {
  let form = ''
  request.setEncoding('utf8')
  request.on('data', (/** @type {string} */ text) => {
    form += text
  })
  request.on('end', () => {
    response.writeHead(form === '' && request.method === 'POST' ? 411 : 400, HEADERS)
    response.end(BODY)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(`listening on http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
})
