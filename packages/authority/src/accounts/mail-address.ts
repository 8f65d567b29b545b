/** Mail addresses: judged by their form, so that what is kept can be written to and can say nothing else to a mail server. */

const LONGEST = 254
// RFC 5321 section 4.1.2 without what nobody uses: quoted local parts and address literals. Neither brackets nor spaces nor line breaks fit.
const local = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
const label = '[\\p{L}\\p{N}](?:[\\p{L}\\p{N}\\p{M}-]{0,61}[\\p{L}\\p{N}\\p{M}])?'
const address = new RegExp(`^(?=.{1,64}@)${local}@${label}(?:\\.${label})*$`, 'u')

export function isMailAddress(value: string): boolean {
  return value.length <= LONGEST && address.test(value)
}
