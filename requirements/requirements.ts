/** Every requirement this project holds itself to, by id. Ids are stable: a row may be reworded, its id is never reused. */
import type { Row } from './row.ts'
import { bestPractice } from './rows/best-practice.ts'
import { crossDevice } from './rows/cross-device.ts'
import { deviceGrant } from './rows/device-grant.ts'
import { mcp } from './rows/mcp.ts'
import { mcpProposals } from './rows/mcp-proposals.ts'
import { metadata } from './rows/metadata.ts'
import { oauth } from './rows/oauth.ts'
import { proofOfPossession } from './rows/proof-of-possession.ts'
import { registration } from './rows/registration.ts'
import { seedNotes } from './rows/seed-notes.ts'
import { tokens } from './rows/tokens.ts'

export const REQUIREMENTS = {
  ...deviceGrant,
  ...oauth,
  ...proofOfPossession,
  ...bestPractice,
  ...crossDevice,
  ...tokens,
  ...metadata,
  ...registration,
  ...seedNotes,
  ...mcp,
  ...mcpProposals,
} as const satisfies Record<string, Row>

export type RequirementId = keyof typeof REQUIREMENTS
