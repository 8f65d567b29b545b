/** Which files have to do with a device flow at all; only those, and what they lead to, are parsed. */

/** Words of RFC 8628 on the wire and in the names people give, and of the libraries that speak it. */
const DEVICE_FLOW =
  /device[_-]?code|device[_-]?auth|user[_-]?code|slow_?down|verification_?ur[il]|device[_-]?flow|device[_-]?grant|device[_-]?(?:access)?[_-]?token|device[_-]?login|grant-type:device/i

export function mentionsDeviceFlow(text: string): boolean {
  return DEVICE_FLOW.test(text)
}
