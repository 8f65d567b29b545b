/** How far apart device and browser are, as far as addresses tell (RFC 10027 section 6.1.1): nothing of it is kept. */
import type { Context } from '../context.ts'
import type { Place } from '../ports/places.ts'

export interface Distance {
  readonly device: Place | undefined
  readonly browser: Place | undefined
}

export function distanceBetween(
  { places, site }: Pick<Context, 'places' | 'site'>,
  deviceAddress: string,
  browserAddress: string,
): Distance {
  const language = site.messages?.lang ?? 'en'
  return { device: places(deviceAddress, language), browser: places(browserAddress, language) }
}

/** Both are known, and not the same country. */
export function isOtherCountry({ device, browser }: Distance): boolean {
  return device !== undefined && browser !== undefined && device.country !== browser.country
}
