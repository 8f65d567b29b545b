/** Logins in Go that leave the waiting, the keeping or the showing to others: each once with the defect and once without. */
import { describe, expect, test } from 'vitest'
import { verdictsOf } from './verdicts-of.ts'

describe('a library that asks again', () => {
  const login = (again: string, module = 'github.com/cenkalti/backoff/v4', done = 'return nil') => `package login
import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"
	"${module}"
)
func Await(code string) (string, error) {
	var token string
	poll := func() error {
		response, err := http.PostForm("https://auth.example.com/token", url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {code}, "client_id": {"notes"},
		})
		if err != nil {
			return backoff.Permanent(err)
		}
		var reply struct{ Error string \`json:"error"\`; AccessToken string \`json:"access_token"\` }
		if err := json.NewDecoder(response.Body).Decode(&reply); err != nil {
			return backoff.Permanent(err)
		}
		switch reply.Error {
		case "":
			token = reply.AccessToken
			return nil
		case "authorization_pending", "slow_down":
			return errors.New("not yet")
		case "access_denied":
			${done}
		}
		return backoff.Permanent(errors.New(reply.Error))
	}
	${again}
}
`
  const retries = 'return token, backoff.Retry(poll, backoff.NewConstantBackOff(5*time.Second))'

  test('waits before it does', async () => {
    expect(await verdictsOf('DF-C04', { 'login.go': login(retries) })).toEqual(new Set(['satisfies']))
    expect(await verdictsOf('DF-C04', { 'login.go': login(retries, 'example.com/notes/once') })).toEqual(new Set(['unknown']))
  })

  test('asks as slowly after `slow_down` as before', async () => {
    expect(await verdictsOf('DF-C02', { 'login.go': login(retries) })).toEqual(new Set(['violates']))
  })

  test('goes on after an error unless it is called permanent', async () => {
    const denied = 'return errors.New("denied")'
    expect(await verdictsOf('DF-C05', { 'login.go': login(retries, undefined, denied) })).toEqual(new Set(['violates']))
    const final = `return backoff.Permanent(errors.New("denied"))`
    expect(await verdictsOf('DF-C05', { 'login.go': login(retries, undefined, final) })).toEqual(new Set(['satisfies']))
  })
})

test('a request that follows redirects itself does not forget the wait before it', async () => {
  const login = (wait: string) => `package login
import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)
type Reply struct { Error string \`json:"error"\`; AccessToken string \`json:"access_token"\`; Interval int \`json:"interval"\` }
func Await(code string, interval time.Duration, end time.Time) (string, error) {
	for time.Now().Before(end) {
		${wait}
		body, err := send("https://auth.example.com/token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {code}, "client_id": {"notes"}})
		if err != nil {
			return "", err
		}
		var reply Reply
		if err := json.Unmarshal(body, &reply); err != nil {
			return "", err
		}
		switch reply.Error {
		case "authorization_pending":
			continue
		case "":
			return reply.AccessToken, nil
		}
		return "", errors.New(reply.Error)
	}
	return "", errors.New("over")
}
func send(place string, form url.Values) ([]byte, error) {
	for hops := 0; hops < 5; hops++ {
		response, err := http.Post(place, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		if err != nil {
			return nil, err
		}
		if response.StatusCode < 300 || response.StatusCode > 399 {
			return readAll(response), nil
		}
		place = response.Header.Get("Location")
	}
	return nil, errors.New("too many redirects")
}
`
  expect(await verdictsOf('DF-C04', { 'login.go': login('time.Sleep(interval)') })).toEqual(new Set(['satisfies']))
  expect(await verdictsOf('DF-C04', { 'login.go': login('') })).toEqual(new Set(['violates']))
})

/** One login that polls, with room for what stands around it. */
const polls = ({ imports = '', shows = 'fmt.Println(asked.VerificationURI, asked.UserCode)', after = '', rest = '' }) => `package login
import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	${imports}
)
type Asked struct {
	DeviceCode string \`json:"device_code"\`
	UserCode string \`json:"user_code"\`
	VerificationURI string \`json:"verification_uri"\`
	VerificationURIComplete string \`json:"verification_uri_complete"\`
	Interval int \`json:"interval"\`
}
func Login(asked *Asked) (string, error) {
	${shows}
	for {
		time.Sleep(time.Duration(asked.Interval) * time.Second)
		response, err := http.PostForm("https://auth.example.com/token", url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {asked.DeviceCode}, "client_id": {"notes"},
		})
		if err != nil {
			return "", err
		}
		var reply struct{ Error string \`json:"error"\`; AccessToken string \`json:"access_token"\` }
		if err := json.NewDecoder(response.Body).Decode(&reply); err != nil {
			return "", err
		}
		if reply.Error == "authorization_pending" {
			continue
		}
		if reply.Error != "" {
			return "", errors.New(reply.Error)
		}
		${after}
		return reply.AccessToken, nil
	}
}
${rest}
`

test('the secret of another login of the same program is none of this one', async () => {
  const other = {
    'other/auth/secrets.go': `package auth
import "net/url"
// Paper takes no device_code.
const PaperClientSecret = "PAPER-K58FWR486LdLJ1mLB8s"
func refreshForm(kept string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "client_id": {"paper"}, "refresh_token": {kept}}
}
`,
  }
  expect(await verdictsOf('DF-C12', { 'login/login.go': polls({}), ...other })).toEqual(new Set(['satisfies']))
  const names = polls({ shows: 'setSecret(auth.PaperClientSecret)' })
  expect(await verdictsOf('DF-C12', { 'login/login.go': names, ...other })).toEqual(new Set(['violates']))
})

test('a library for `.netrc` keeps tokens in the clear', async () => {
  const keeps = (module: string) =>
    polls({ imports: `"${module}"`, after: 'kept.AddMachine("auth.example.com", "token", reply.AccessToken)' })
  expect(await verdictsOf('DF-C09', { 'login.go': keeps('github.com/jdx/go-netrc') })).toEqual(new Set(['violates']))
  expect(await verdictsOf('DF-C09', { 'login.go': keeps('example.com/notes/machines') })).toEqual(new Set(['satisfies']))
})

test('certificates that a flag leaves unchecked', async () => {
  const rest = (value: string) =>
    `func newClient(insecure bool) *http.Client {\n\treturn &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: ${value}}}}\n}`
  expect(await verdictsOf('DF-C13', { 'login.go': polls({ rest: rest('insecure') }) })).toEqual(new Set(['violates']))
  expect(await verdictsOf('DF-C13', { 'login.go': polls({ rest: rest('false') }) })).toEqual(new Set(['satisfies']))
})

test('a code that is shown only when the URI does not hold it', async () => {
  const shows = (test: string) => {
    const code = 'fmt.Println("Enter", asked.UserCode)'
    return polls({ shows: `fmt.Println("Open", asked.VerificationURIComplete)\n\tif ${test} {\n\t\t${code}\n\t}` })
  }
  const hidden = shows('!strings.Contains(asked.VerificationURIComplete, asked.UserCode)')
  expect(await verdictsOf('DF-C18', { 'login.go': hidden })).toEqual(new Set(['violates']))
  const elsewhere = 'func Again(asked *Asked) (string, error) {\n\tfmt.Println("Enter", asked.UserCode)\n\treturn Login(asked)\n}\n'
  expect(await verdictsOf('DF-C18', { 'login.go': hidden + elsewhere })).toEqual(new Set(['violates']))
  expect(await verdictsOf('DF-C18', { 'login.go': shows('asked.Interval > 0') })).toEqual(new Set(['satisfies']))
})
