/** The judge is an optional part: who only signs in does not carry it. */
import type * as audit from '@countersign/audit'
import { loadPackage } from '@countersign/node'

/** @throws CountersignError `configuration_invalid` when the package is not installed */
export function loadAudit(): Promise<typeof audit> {
  return loadPackage('@countersign/audit', () => import('@countersign/audit'))
}
