/** Servers in Go that are written otherwise than the one of the fixtures: each once with the defect and once without. */
import { describe, expect, test } from 'vitest'
import { subjectOf } from '../src/facts/roles.ts'
import { readProject } from '../src/link/read.ts'
import { verdictsOf } from './verdicts-of.ts'

/** A token endpoint with two grants, and the device authorization endpoint. */
const server = ({ compared = '', used = '', code = '', rest = '', first = '', lookup = 'h.devices.Get(code)' }) => `package server
import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"time"
)
const DeviceCodeExpiration = 10 * time.Minute
type Handler struct { devices Devices; clients Clients }
func (h *Handler) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /token", h.Token)
	mux.HandleFunc("POST /device/code", h.Begin)
	mux.HandleFunc("POST /device/approve", h.ApproveDevice)
}
func (h *Handler) Begin(w http.ResponseWriter, r *http.Request) {
	client := h.clients.Get(r.Form.Get("client_id"))
	raw := make([]byte, 32)
	rand.Read(raw)
	deviceCode, userCode := hex.EncodeToString(raw), generateUserCode()
	h.devices.Put(&Device{DeviceCode: deviceCode, UserCode: userCode, ClientID: client.ID, Scope: r.Form.Get("scope"), Status: "pending", ExpiresAt: time.Now().Add(DeviceCodeExpiration)})
	writeJSON(w, map[string]any{"device_code": deviceCode, "user_code": userCode, "verification_uri": "https://auth.example.com/device", "expires_in": 600})
}
func (h *Handler) Token(w http.ResponseWriter, r *http.Request) {
	switch r.Form.Get("grant_type") {
	case "authorization_code":
		h.authorizationCode(w, r)
	case "urn:ietf:params:oauth:grant-type:device_code":
		h.deviceGrant(w, r)
	}
}
func (h *Handler) authorizationCode(w http.ResponseWriter, r *http.Request) {
	${code}
	writeJSON(w, map[string]any{"access_token": sign(r.Form.Get("code"))})
}
func (h *Handler) deviceGrant(w http.ResponseWriter, r *http.Request) {
	clientID, code := r.Form.Get("client_id"), r.Form.Get("device_code")
	if clientID == "" {
		writeError(w, "invalid_request")
		return
	}
	device := ${lookup}
	${compared}
	if device.Status == "pending" {
		writeError(w, "authorization_pending")
		return
	}
	${first}
	${used}
	writeJSON(w, map[string]any{"access_token": sign(device.UserID)})
}
func (h *Handler) ApproveDevice(w http.ResponseWriter, r *http.Request) {
	session := requireSession(r)
	device := h.devices.FindByUserCode(r.Form.Get("user_code"))
	if device.Status != "pending" || time.Now().After(device.ExpiresAt) {
		writeError(w, "too late")
		return
	}
	device.Status = "approved"
	device.UserID = session.UserID
	h.devices.Save(device)
}
${rest}
`

describe('a code belongs to a client', () => {
  test('not because a request names one', async () => {
    expect(await verdictsOf('DF-S01', { 'server.go': server({}) })).toEqual(new Set(['violates']))
  })
  test('when the two are compared', async () => {
    const compared = 'if device.ClientID != clientID {\n\t\twriteError(w, "invalid_grant")\n\t\treturn\n\t}'
    expect(await verdictsOf('DF-S01', { 'server.go': server({ compared }) })).toEqual(new Set(['satisfies']))
  })
  test('when whoever keeps the codes is handed both', async () => {
    const lookup = (client: string) => server({ lookup: `h.devices.GetState(r.Context(), ${client}, deviceCode)` })
    expect(await verdictsOf('DF-S01', { 'server.go': lookup('clientID') })).toEqual(new Set(['satisfies']))
    expect(await verdictsOf('DF-S01', { 'server.go': lookup('issuer') })).toEqual(new Set(['violates']))
  })
  test('when the look-up asks for both', async () => {
    const lookup = 'h.db.Where("device_code = ?", code).Where("client_id = ?", clientID).First(&Device{})'
    expect(await verdictsOf('DF-S01', { 'server.go': server({ lookup }) })).toEqual(new Set(['satisfies']))
  })
})

describe('the end of a code', () => {
  const checking = (before: string, after: string) => `func (h *Handler) checkDevice(code string) (*Device, error) {
	device := h.devices.Get(code)
	${before}
	if device.Done {
		return device, nil
	}
	${after}
	return nil, errPending
}
func verifyAssertionJWT(claims Claims) bool {
	return time.Now().Before(claims.ExpiresAt)
}`
  const look = 'if time.Now().After(device.ExpiresAt) {\n\t\treturn nil, errExpired\n\t}'
  const verdict = (rest: string) =>
    verdictsOf('DF-S02', { 'server.go': server({ first: 'h.checkDevice(code)\n\tverifyAssertionJWT(r.Form.Get("assertion"))', rest }) })
  test('comes before what was approved is handed out', async () => {
    expect(await verdict(checking(look, ''))).toEqual(new Set(['satisfies']))
    expect(await verdict(checking('', look))).toEqual(new Set(['violates']))
  })
  test('is not that of an assertion', async () => {
    expect(await verdict(checking('', ''))).toEqual(new Set(['violates']))
  })
})

test('a server that was slow itself has not counted polls', async () => {
  const slow = (test: string) => server({ compared: `if ${test} {\n\t\twriteError(w, "slow_down")\n\t\treturn\n\t}` })
  expect(await verdictsOf('DF-S10', { 'server.go': slow('errors.Is(err, context.DeadlineExceeded)') })).toEqual(new Set(['violates']))
  expect(await verdictsOf('DF-S10', { 'server.go': slow('time.Since(device.LastPoll) < 5*time.Second') })).toEqual(new Set(['satisfies']))
})

test('what an application may do is what its client may do', async () => {
  const asks = (what: string) =>
    server({ compared: `if !application.HasSigninMethod("${what}") {\n\t\twriteError(w, "no")\n\t\treturn\n\t}` })
  expect(await verdictsOf('DF-S11', { 'server.go': asks('Device login') })).toEqual(new Set(['satisfies']))
  expect(await verdictsOf('DF-S11', { 'server.go': asks('Password') })).toEqual(new Set(['violates']))
})

test('a scope that is looked at before tokens are issued is held to a limit', async () => {
  const looks = (call: string) => server({ used: `if !${call} {\n\t\twriteError(w, "no")\n\t\treturn\n\t}` })
  expect(await verdictsOf('DF-S12', { 'server.go': looks('client.AreScopesAllowed(device.Scope)') })).toEqual(new Set(['satisfies']))
  expect(await verdictsOf('DF-S12', { 'server.go': looks('IsWritten(device.Scope)') })).toEqual(new Set(['violates']))
})

test("a member of an enumeration that says consumed marks the code, a row that is locked is one request's", async () => {
  const used = 'device.Status = DeviceStatusConsumed\n\th.devices.Update(device)'
  expect(await verdictsOf('DF-S05', { 'server.go': server({ used }) })).toEqual(new Set(['satisfies']))
  expect(await verdictsOf('DF-S05', { 'server.go': server({ used: used.replace('Consumed', 'Seen') }) })).toEqual(new Set(['violates']))
  expect(await verdictsOf('DF-S04', { 'server.go': server({ used }) })).toEqual(new Set(['violates']))
  const lookup = 'h.devices.LoadForUpdate(code)'
  expect(await verdictsOf('DF-S04', { 'server.go': server({ used, lookup }) })).toEqual(new Set(['satisfies']))
})

describe('what statements do', () => {
  const refresh = (inner: string) => `func (h *Handler) refreshToken(w http.ResponseWriter, refreshToken string) {
	kept := h.tokens.Get(refreshToken)
	if kept.RevokedAt != nil {
		${inner}
		writeError(w, "invalid_grant")
		return
	}
	h.db.Exec("UPDATE tokens SET revoked_at = now() WHERE refresh_token = ?", refreshToken)
	h.db.Exec("INSERT INTO tokens (id, user_id, ${'refresh_token'}) VALUES (?, ?, ?)", newID(), kept.UserID, makeRefresh())
}`
  test('a used token ends those of its user', async () => {
    const ends = 'h.db.Exec("UPDATE tokens SET revoked_at = now() WHERE user_id = ? AND revoked_at IS NULL", kept.UserID)'
    expect(await verdictsOf('DF-S18', { 'server.go': server({ rest: refresh(ends) }) })).toEqual(new Set(['satisfies']))
    expect(await verdictsOf('DF-S18', { 'server.go': server({ rest: refresh('') }) })).toEqual(new Set(['violates']))
  })
  test('a column holds the token itself', async () => {
    expect(await verdictsOf('DF-S19', { 'server.go': server({ rest: refresh('') }) })).toEqual(new Set(['violates']))
    const digest = refresh('').replace('user_id, refresh_token)', 'user_id, digest)')
    expect(await verdictsOf('DF-S19', { 'server.go': server({ rest: digest }) })).toEqual(new Set())
  })
})

test('a new refresh token that comes only when the old one ends is no rotation', async () => {
  const refresh = (test: string) => `func (h *Handler) refreshToken(w http.ResponseWriter, refreshToken string) {
	kept, access := h.tokens.Get(refreshToken), sign(refreshToken)
	${test} {
		h.generateRefreshToken(kept)
	}
}`
  expect(await verdictsOf('DF-S17', { 'server.go': server({ rest: refresh('if access.ExpiresAt > kept.ExpiresAt') }) })).toEqual(
    new Set(['violates']),
  )
  expect(await verdictsOf('DF-S17', { 'server.go': server({ rest: refresh('') }) })).toEqual(new Set(['satisfies']))
})

test('answers are kept by caches unless their own endpoint forbids it', async () => {
  const other = 'func (h *Handler) Picture(w http.ResponseWriter) { w.Header().Set("Cache-Control", "no-store") }'
  expect(await verdictsOf('DF-S25', { 'server.go': server({ rest: other }) })).toEqual(new Set(['violates']))
  const own = 'w.Header().Set("Cache-Control", "no-store")'
  expect(await verdictsOf('DF-S25', { 'server.go': server({ compared: own, rest: other }) })).toEqual(new Set(['satisfies']))
})

test('a device code in the query of a redirect stands in a URL', async () => {
  const sends = (key: string) => `func (h *Handler) ConfirmDevice(w http.ResponseWriter, r *http.Request) {
	device := h.devices.FindByUserCode(r.Form.Get("user_code"))
	params := url.Values{}
	params.Set("state", ${key})
	device.Status = "approved"
	w.Header().Set("Location", h.upstream + "?" + params.Encode())
}`
  expect(await verdictsOf('DF-C22', { 'server.go': server({ rest: sends('device.DeviceCode') }) })).toEqual(new Set(['violates']))
  expect(await verdictsOf('DF-C22', { 'server.go': server({ rest: sends('device.ID') }) })).toEqual(new Set())
})

test('an answer may be filled in member by member', async () => {
  const begin = (made: string) => `package device
func (s *Service) Authorize(asked *Request) (*Answer, error) {
	answer := &Answer{}
	answer.DeviceCode = ${made}
	answer.UserCode = randomCode(8)
	answer.ExpiresIn = 600
	return answer, nil
}
`
  const rootOf = async (text: string) => subjectOf(await readProject(new Map([['device.go', text]]))).server?.root.name
  expect(await rootOf(begin('randomCode(32)'))).toBe('Authorize')
  expect(await rootOf(begin('randomCode(32)').replace('answer.UserCode', 'answer.Label'))).toBeUndefined()
})

test('what another grant uses up is not the device code', async () => {
  const code = 'h.codes.DeleteDevice(r.Form.Get("code"))'
  expect(await verdictsOf('DF-S05', { 'server.go': server({ code }) })).toEqual(new Set(['violates']))
  expect(await verdictsOf('DF-S05', { 'server.go': server({ code, used: 'h.devices.DeleteDevice(device.ID)' }) })).toEqual(
    new Set(['satisfies']),
  )
})

test('how long a browser is remembered is not how long a code lives', async () => {
  const settings = (name: string) => ({ 'server.go': server({ rest: `var settings = Settings{${name}: 720 * time.Hour}` }) })
  expect(await verdictsOf('DF-S03', settings('TrustDeviceExpiration'))).toEqual(new Set(['satisfies']))
  expect(await verdictsOf('DF-S03', settings('DeviceCodeExpiration'))).toEqual(new Set(['violates']))
})

test('a limit in the page is none in the server', async () => {
  const page = {
    'web/login.js': 'export function show(params) {\n  const rateLimiter = start()\n  return rateLimiter.ask(params.user_code)\n}\n',
  }
  expect(await verdictsOf('DF-S09', { ...page, 'server.go': server({}) })).toEqual(new Set(['violates']))
  const rest =
    'func (h *Handler) FindByUserCode(code string) *Device {\n\tif h.rateLimiter.TooMany(code) {\n\t\treturn nil\n\t}\n\treturn nil\n}'
  expect(await verdictsOf('DF-S09', { ...page, 'server.go': server({ rest }) })).toEqual(new Set(['satisfies']))
})

test('who redeems does not approve, and who hands on what another server gave hands out nothing', async () => {
  const approval = subjectOf(await readProject(new Map([['server.go', server({})]]))).server?.approval.map(({ name }) => name)
  expect(approval).toEqual(['ApproveDevice'])
  const asks = `package ui
import "context"
func (s *Login) Begin(ctx context.Context) (*Asked, error) {
	answer, err := s.daemon.AskForDeviceLogin(ctx, makeRandomID())
	if err != nil {
		return nil, err
	}
	return &Asked{DeviceCode: answer.GetDeviceCode(), UserCode: answer.GetUserCode(), VerificationURI: answer.GetVerificationURI()}, nil
}
`
  expect(subjectOf(await readProject(new Map([['ui.go', asks]]))).server).toBeUndefined()
  const makes = asks.replaceAll(/answer\.Get(\w+)\(\)/g, 'generateUserCode()')
  expect(subjectOf(await readProject(new Map([['ui.go', makes]]))).server?.root.name).toBe('Begin')
})

test('answers of a controller of beego can be cached as well', async () => {
  const controller = (header: string) => `package controllers
import "time"
func (c *Api) Token() {
	code := c.Ctx.Input.Query("device_code")
	kept := devices.Load(code)
	${header}
	if kept.Status == "pending" {
		c.Data["json"] = &Failure{Error: "authorization_pending"}
		c.ServeJSON()
		return
	}
	if time.Now().After(kept.ExpiresAt) {
		c.Data["json"] = &Failure{Error: "expired_token"}
		c.ServeJSON()
		return
	}
	c.Data["json"] = issueToken(kept)
	c.ServeJSON()
}
`
  expect(await verdictsOf('DF-S25', { 'token.go': controller('') })).toEqual(new Set(['violates']))
  expect(await verdictsOf('DF-S25', { 'token.go': controller('c.Ctx.Output.Header("Cache-Control", "no-store")') })).toEqual(
    new Set(['satisfies']),
  )
})

test('a life is in the unit that its name says, and a variable for a cookie says nothing of tokens', async () => {
  const settings = (hours: number) => server({ rest: `var first = Application{ExpireInHours: ${hours}}` })
  expect(await verdictsOf('DF-S20', { 'server.go': settings(168) })).toEqual(new Set(['violates']))
  expect(await verdictsOf('DF-S20', { 'server.go': settings(1) })).toEqual(new Set(['satisfies']))
  const cookie = 'func cookieLife() int64 {\n\tvar expireInHours int64\n\texpireInHours = 720\n\treturn expireInHours * 3600\n}'
  expect(await verdictsOf('DF-S20', { 'server.go': server({ rest: cookie }) })).toEqual(new Set())
})

test('an answer with tokens that goes into a store as JSON is in the clear', async () => {
  const rest = (member: string) => `type Kept struct {
	Access string \`json:"${member}"\`
}
func (h *Handler) keep(key string, kept *Kept) error {
	data, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	return h.redis.Set(key, data)
}`
  expect(await verdictsOf('DF-S19', { 'server.go': server({ rest: rest('access_token') }) })).toEqual(new Set(['violates']))
  expect(await verdictsOf('DF-S19', { 'server.go': server({ rest: rest('colour') }) })).toEqual(new Set())
})

test('a consent of another day is remembered when nothing failed', async () => {
  const looks = (call: string) => `func (h *Handler) VerifyUserCode(code string, user string) error {
	device := h.devices.FindByUserCode(code)
	return h.db.InTransaction(func(tx Tx) error {
		var kept Row
		if err := kept.${call}(tx, user, device.ClientID); err == nil {
			device.Status = StatusAuthorized
			return device.Update(tx)
		}
		return h.ask(device)
	})
}`
  const page = { 'device.html': '<form>{{.Client}} asks for {{.Scope}} with {{.user_code}} <button>yes</button></form>' }
  const verdict = (call: string) => verdictsOf('DF-S14', { 'server.go': server({ rest: looks(call) }), ...page })
  expect(await verdict('LoadConsent')).toEqual(new Set(['violates']))
  expect(await verdict('LoadDecision')).not.toContain('violates')
})

describe('wrong codes are not counted', () => {
  test('by a captcha or a lock for wrong passwords', async () => {
    const asks = (word: string) =>
      server({
        rest: `func (h *Handler) Login(form Form) {
	if form.${word} != "" && h.needsCaptcha(form) {
		return
	}
	h.ApproveDevice(form.w, form.r)
}`,
      })
    expect(await verdictsOf('DF-S09', { 'server.go': asks('Password') })).toEqual(new Set(['violates']))
    expect(await verdictsOf('DF-S09', { 'server.go': asks('Code') })).toEqual(new Set(['satisfies']))
  })
  test('by the length of a text', async () => {
    const looks = (test: string) =>
      server({
        rest: `func (h *Handler) FindByUserCode(code string) *Device {\n\th.asked = h.asked + 1\n\tif ${test} {\n\t\treturn nil\n\t}\n\treturn h.load(code)\n}`,
      })
    expect(await verdictsOf('DF-S09', { 'server.go': looks('len(code) > 8') })).toEqual(new Set(['violates']))
    expect(await verdictsOf('DF-S09', { 'server.go': looks('h.asked > 8') })).toEqual(new Set(['satisfies']))
  })
})
