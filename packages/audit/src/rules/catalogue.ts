/** All rules, in the order of their ids. */
import { intervalIgnored } from './c01-interval-ignored.ts'
import { slowDownIgnored } from './c02-slow-down-ignored.ts'
import { noDeadline } from './c03-no-deadline.ts'
import { tightLoop } from './c04-tight-loop.ts'
import { keepsPolling } from './c05-keeps-polling.ts'
import { scopeNotCompared } from './c06-scope-not-compared.ts'
import { secretLogged } from './c07-secret-logged.ts'
import { tokenFileReadable } from './c08-token-file-readable.ts'
import { tokenPlaintext } from './c09-token-plaintext.ts'
import { uriUnchecked } from './c10-uri-unchecked.ts'
import { clientIdMissing } from './c11-client-id-missing.ts'
import { secretShipped } from './c12-secret-shipped.ts'
import { noTls } from './c13-no-tls.ts'
import { staticToken } from './c14-static-token.ts'
import { refreshLost } from './c15-refresh-lost.ts'
import { codeToModel } from './c16-code-to-model.ts'
import { completeUriUnused } from './c17-complete-uri-unused.ts'
import { userCodeHidden } from './c18-user-code-hidden.ts'
import { shellString } from './c19-shell-string.ts'
import { broadScopes } from './c20-broad-scopes.ts'
import { noBackOff } from './c21-no-back-off.ts'
import { codeInUrl } from './c22-code-in-url.ts'
import { logoutKeepsGrant } from './c23-logout-keeps-grant.ts'
import { dpopUnused } from './c24-dpop-unused.ts'
import { looseRedirects } from './c25-loose-redirects.ts'
import { notBoundToClient } from './s01-not-bound-to-client.ts'
import { expiryUnchecked } from './s02-expiry-unchecked.ts'
import { longCodeLife } from './s03-long-code-life.ts'
import { redeemRace } from './s04-redeem-race.ts'
import { replay } from './s05-replay.ts'
import { weakRandom } from './s06-weak-random.ts'
import { shortDeviceCode } from './s07-short-device-code.ts'
import { weakUserCode } from './s08-weak-user-code.ts'
import { noThrottle } from './s09-no-throttle.ts'
import { intervalNotEnforced } from './s10-interval-not-enforced.ts'
import { noGrantOptIn } from './s11-no-grant-opt-in.ts'
import { scopeUnbound } from './s12-scope-unbound.ts'
import { openApproval } from './s13-open-approval.ts'
import { noConfirmation } from './s14-no-confirmation.ts'
import { approveAnyState } from './s15-approve-any-state.ts'
import { codePlaintext } from './s16-code-plaintext.ts'
import { refreshNotRotated } from './s17-refresh-not-rotated.ts'
import { reuseKeepsFamily } from './s18-reuse-keeps-family.ts'
import { storedTokenPlaintext } from './s19-token-plaintext.ts'
import { longAccessToken } from './s20-long-access-token.ts'
import { bearerOnly } from './s21-bearer-only.ts'
import { serverLogsSecret } from './s22-server-logs-secret.ts'
import { uriFromHost } from './s23-uri-from-host.ts'
import { unescapedPage } from './s24-unescaped-page.ts'
import { hygiene } from './s25-hygiene.ts'
import type { Rule } from './rule.ts'

export const RULES: readonly Rule[] = [
  intervalIgnored,
  slowDownIgnored,
  noDeadline,
  tightLoop,
  keepsPolling,
  scopeNotCompared,
  secretLogged,
  tokenFileReadable,
  tokenPlaintext,
  uriUnchecked,
  clientIdMissing,
  secretShipped,
  noTls,
  staticToken,
  refreshLost,
  codeToModel,
  completeUriUnused,
  userCodeHidden,
  shellString,
  broadScopes,
  noBackOff,
  codeInUrl,
  logoutKeepsGrant,
  dpopUnused,
  looseRedirects,
  notBoundToClient,
  expiryUnchecked,
  longCodeLife,
  redeemRace,
  replay,
  weakRandom,
  shortDeviceCode,
  weakUserCode,
  noThrottle,
  intervalNotEnforced,
  noGrantOptIn,
  scopeUnbound,
  openApproval,
  noConfirmation,
  approveAnyState,
  codePlaintext,
  refreshNotRotated,
  reuseKeepsFamily,
  storedTokenPlaintext,
  longAccessToken,
  bearerOnly,
  serverLogsSecret,
  uriFromHost,
  unescapedPage,
  hygiene,
]
