/**
 * Where in the world an address roughly is, so that a person sees whether that can be the device in front of them (RFC 10027 section 6.1.1).
 * Asked when something is shown or told, and kept nowhere.
 */

export interface Place {
  /** ISO 3166-1 alpha-2, in capitals. */
  readonly country: string
  readonly region?: string
  readonly city?: string
}

/**
 * Looks an address up; must not throw and must not wait. `undefined`: not known, as for an address of a private network.
 * `language`: a BCP 47 tag, for the names of regions and cities.
 */
export type Places = (address: string, language: string) => Place | undefined
