/** The list of devices in English. */
import { duration, longAgo } from './duration.ts'
import type { DevicesMessages } from './messages.ts'

export const devices: DevicesMessages = {
  title: 'Your devices',
  seeAll: 'See and revoke your devices',
  lead: (approver) => ['What can act as ', approver, ' right now, because you approved it.'],
  none: 'Nothing. Devices and programs that you approve are listed here until you revoke them.',
  may: 'May',
  noScopes: 'Nothing in particular',
  approved: 'Approved',
  inBrowser: (address) => ['in a browser at ', address],
  seen: 'Last seen',
  ago: longAgo,
  rename: 'Rename',
  label: 'Your own name for it',
  save: 'Save',
  revoke: 'Revoke',
  revokeAll: 'Revoke all',
  revokeAllWhy: 'Everything listed here stops acting for you, and has to be approved again before it can.',
  revokeAllNow: 'Yes, revoke all',
  notShown: (count) => `${count} older ${count === 1 ? 'one is' : 'ones are'} not shown. Revoking all revokes them too.`,
  done: {
    revoked: (life) => `Revoked. It gets nothing more, and what it still holds ends within ${duration(life)}.`,
    revoked_all: (life) => `All revoked. They get nothing more, and what they still hold ends within ${duration(life)}.`,
    renamed: () => 'Saved.',
  },
}
