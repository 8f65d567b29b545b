import { memoryPendingLogins } from '@countersign/client'
import { pendingContract } from '../support/pending-contract.ts'

pendingContract(async () => memoryPendingLogins())
