// @ts-check
/** Requests as text, the same headers for every server: only path and form differ. */

/** What a device says it is, so that every server parses as much. */
const COMMON = 'Host: 127.0.0.1\r\nUser-Agent: bench-device/1.0\r\nAccept: application/json\r\n'
const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n'

/**
 * @typedef {Readonly<Record<string, string>>} Fields
 * @typedef {{ readonly device?: number, readonly dpop?: string | undefined, readonly headers?: Fields }} Extra
 */

/** A POST with a form. @param {string} path @param {Fields} form @param {Extra} [extra] */
export function post(path, form, extra = {}) {
  const body = formOf(form)
  return `POST ${path} HTTP/1.1\r\n${COMMON}${FORM}${linesOf(extra)}Content-Length: ${body.length}\r\n\r\n${body}`
}

/** A POST with JSON. @param {string} path @param {object} value @param {Extra} [extra] */
export function postJson(path, value, extra = {}) {
  const body = JSON.stringify(value)
  return `POST ${path} HTTP/1.1\r\n${COMMON}Content-Type: application/json\r\n${linesOf(extra)}Content-Length: ${body.length}\r\n\r\n${body}`
}

/** @param {string} path @param {Extra} [extra] */
export function get(path, extra = {}) {
  return `GET ${path} HTTP/1.1\r\n${COMMON}${linesOf(extra)}\r\n`
}

/** @param {string} id @param {string} secret */
export function basic(id, secret) {
  return { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}

/** Every device has an address of its own: what stands before the server is a proxy, as in the open. @param {Extra} extra */
function linesOf({ device, dpop, headers }) {
  let lines = device === undefined ? '' : `X-Forwarded-For: ${addressOf(device)}\r\n`
  if (dpop !== undefined) lines += `DPoP: ${dpop}\r\n`
  if (headers !== undefined) for (const name in headers) lines += `${name}: ${headers[name]}\r\n`
  return lines
}

/** One of 16,777,216 addresses, neighbours far apart: devices are everywhere, and not all in one network. @param {number} device */
function addressOf(device) {
  const place = Math.imul(device, 0x9e3779b1) >>> 8
  return `10.${place >> 16}.${(place >> 8) & 255}.${place & 255}`
}

/** @param {Fields} form */
function formOf(form) {
  let body = ''
  for (const name in form) body += `${body === '' ? '' : '&'}${name}=${encodeURIComponent(form[name] ?? '')}`
  return body
}
