/** Adds to a notice where its addresses roughly are, as far as that is known. */
import type { Origin } from '@countersign/protocol'
import type { Notices, Whereabouts } from '../ports/notices.ts'
import type { Places } from '../ports/places.ts'

/** @param language of the names of regions and cities */
export function withPlaces(notices: Notices, places: Places, language: string): Notices {
  const placed = (origin: Origin): Whereabouts => {
    const place = places(origin.address, language)
    return place === undefined ? origin : { ...origin, place }
  }
  return (notice) => {
    if ('changedFrom' in notice) return notices({ ...notice, changedFrom: placed(notice.changedFrom) })
    return notices({ ...notice, askedFrom: notice.askedFrom && placed(notice.askedFrom), approvedFrom: placed(notice.approvedFrom) })
  }
}
