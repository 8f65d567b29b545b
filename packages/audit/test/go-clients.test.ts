/** Clients in Go that are written otherwise than the one of the fixtures: each once with the defect and once without. */
import { describe, expect, test } from 'vitest'
import { verdictsOf } from './verdicts-of.ts'

const MODULE = { 'go.mod': 'module example.com/notes\n' }

describe('a loop in another package than the form it sends', () => {
  const caller = `package login
import (
	"context"
	"fmt"
	"time"
	"example.com/notes/oauth"
)
func Login(ctx context.Context, client *oauth.Client, asked *oauth.Answer) (string, error) {
	fmt.Println(asked.VerificationURI, asked.UserCode)
	return client.Await(ctx, &oauth.TokenForm{DeviceCode: asked.DeviceCode, GrantType: oauth.DeviceGrantType, ClientID: "notes"}, time.Duration(asked.Interval)*time.Second)
}
`
  const library = (between: string, lead = '') => `package oauth
import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
)
const DeviceGrantType = "urn:ietf:params:oauth:grant-type:device_code"
type Answer struct {
	DeviceCode string \`json:"device_code"\`
	UserCode string \`json:"user_code"\`
	VerificationURI string \`json:"verification_uri"\`
	Interval int \`json:"interval"\`
}
type TokenForm struct { DeviceCode, GrantType, ClientID string }
type Client struct { client *http.Client }
func (c *Client) Await(ctx context.Context, form *TokenForm, pause time.Duration) (string, error) {
	${lead}timer := time.NewTimer(pause)
	for {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-timer.C:
			request, _ := http.NewRequestWithContext(ctx, "POST", "https://auth.example.com/token", strings.NewReader(form.Encode()))
			response, err := c.client.Do(request)
			if err != nil {
				return "", err
			}
			var reply struct{ Error string \`json:"error"\`; AccessToken string \`json:"access_token"\` }
			if err := json.NewDecoder(response.Body).Decode(&reply); err != nil {
				return "", err
			}
			switch reply.Error {
			case "":
				return reply.AccessToken, nil
			case "slow_down":
				${between}
			case "authorization_pending":
			default:
				return "", errors.New(reply.Error)
			}
			timer.Reset(pause)
		}
	}
}
`
  const files = (between: string, lead?: string) => ({ ...MODULE, 'login/login.go': caller, 'oauth/client.go': library(between, lead) })

  test('is walked through', async () => {
    expect(await verdictsOf('DF-C02', files('pause += 5 * time.Second'))).toEqual(new Set(['satisfies']))
    expect(await verdictsOf('DF-C02', files('pause += time.Second'))).toEqual(new Set(['violates']))
  })

  test('has no end by a timer that it winds up again each time', async () => {
    const deadline = 'ctx, stop := context.WithTimeout(ctx, 15*time.Minute)\n\tdefer stop()\n\t'
    expect(await verdictsOf('DF-C03', files('pause += 5 * time.Second'))).toEqual(new Set(['violates']))
    expect(await verdictsOf('DF-C03', files('pause += 5 * time.Second', deadline))).toEqual(new Set(['satisfies']))
  })
})

describe('a poll with what it is handed', () => {
  const text = (wait: string, slower: string) => `package login
import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"
)
const least = 5 * time.Second
type Getter struct { Sleeper func(time.Duration) }
type Device struct { DeviceCode string \`json:"device_code"\`; Interval int \`json:"interval"\` }
func NewGetter() *Getter { return &Getter{Sleeper: time.Sleep} }
func (g *Getter) Poll(device *Device, deadline time.Time) (string, error) {
	interval := time.Duration(device.Interval) * time.Second
	if interval < least {
		interval = least
	}
	for time.Now().Before(deadline) {
		token, err, nextInterval, more := g.exchange(device.DeviceCode, interval)
		if token != "" {
			return token, nil
		}
		if !more {
			return "", err
		}
		interval = nextInterval
		${wait}
	}
	return "", errors.New("expired")
}
func (g *Getter) exchange(code string, interval time.Duration) (string, error, time.Duration, bool) {
	response, err := http.PostForm("https://auth.example.com/token", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {code}, "client_id": {"notes"},
	})
	if err != nil {
		return "", err, interval, false
	}
	var reply struct{ Error string \`json:"error"\`; AccessToken string \`json:"access_token"\` }
	if err := json.NewDecoder(response.Body).Decode(&reply); err != nil {
		return "", err, interval, false
	}
	switch reply.Error {
	case "":
		return reply.AccessToken, nil, interval, false
	case "authorization_pending":
		return "", nil, interval, true
	case "slow_down":
		${slower}
	}
	return "", errors.New(reply.Error), interval, false
}
`
  const raised = 'nextInterval := interval + least\n\t\treturn "", nil, nextInterval, true'

  test('waits with a function of its own', async () => {
    expect(await verdictsOf('DF-C04', { 'login.go': text('g.Sleeper(interval)', raised) })).toEqual(new Set(['satisfies']))
    expect(await verdictsOf('DF-C04', { 'login.go': text('g.Report(interval)', raised) })).toEqual(new Set(['violates']))
  })

  test('takes the next interval from what is returned', async () => {
    expect(await verdictsOf('DF-C02', { 'login.go': text('g.Sleeper(interval)', raised) })).toEqual(new Set(['satisfies']))
    expect(await verdictsOf('DF-C02', { 'login.go': text('g.Sleeper(interval)', 'return "", nil, interval, true') })).toEqual(
      new Set(['violates']),
    )
  })
})

describe('what goes on around a poll of a library', () => {
  const login = (rest: string, more = '') => `package login
import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"golang.org/x/oauth2"
)
func Login(ctx context.Context, config *oauth2.Config) error {
	device, err := config.DeviceAuth(ctx)
	if err != nil {
		return err
	}
	fmt.Println(device.VerificationURI, device.UserCode)
	token, err := config.DeviceAccessToken(ctx, device)
	if err != nil {
		return err
	}
	${rest}
	return saveToken(token)
}
${more}
`
  const save = (open: string) => `func saveToken(token *oauth2.Token) error {
	file, err := ${open}
	if err != nil {
		return err
	}
	return json.NewEncoder(file).Encode(token)
}
func saveSettings(text []byte) error { return os.WriteFile("settings.json", text, 0o644) }
`
  const elsewhere = {
    'login/keys.go': 'package login\nimport "os"\nfunc saveKey(key []byte) error { return os.WriteFile("key.pem", key, 0o600) }\n',
  }

  test('the mode of one file is not that of another', async () => {
    const open = save('os.Create("token.json")')
    const closed = save('os.OpenFile("token.json", os.O_CREATE|os.O_WRONLY, 0o600)')
    const files = (text: string) => ({
      ...elsewhere,
      'login/login.go': login('if err := saveKey(nil); err != nil {\n\t\treturn err\n\t}', text),
    })
    expect(await verdictsOf('DF-C08', files(open))).toEqual(new Set(['violates']))
    expect(await verdictsOf('DF-C08', files(closed))).toEqual(new Set(['satisfies']))
  })

  test('a whole answer of a library is logged', async () => {
    expect(await verdictsOf('DF-C07', { 'login.go': login('slog.Info("asked", "answer", device)') })).toEqual(new Set(['violates']))
    expect(await verdictsOf('DF-C07', { 'login.go': login('slog.Info("asked", "uri", device.VerificationURI)') })).toEqual(
      new Set(['satisfies']),
    )
  })

  test('what people are to see is shown, also when it comes beside the device code', async () => {
    const shows = (name: string) => `func Begin(s *Starter) {
	deviceCode, userCode, verificationURI, err := s.requestDeviceCode()
	if err == nil {
		fmt.Println("Go to", verificationURI, "and enter", ${name})
	}
	s.keep(deviceCode, userCode)
}
`
    const begins = 'Begin(&Starter{})'
    expect(await verdictsOf('DF-C07', { 'login.go': login(begins, shows('userCode')) })).toEqual(new Set(['satisfies']))
    expect(await verdictsOf('DF-C07', { 'login.go': login(begins, shows('deviceCode')) })).toEqual(new Set(['violates']))
  })

  test('a command is put together before it is started', async () => {
    const browser = (windows: string) => `func openBrowser(uri string) error {
	var program string
	var args []string
	switch runtime.GOOS {
	case "windows":
		${windows}
	default:
		program = "xdg-open"
		args = []string{uri}
	}
	return exec.Command(program, args...).Start()
}
`
    const shell = browser('program = "cmd"\n\t\targs = []string{"/c", "start", uri}')
    const direct = browser('program = "rundll32"\n\t\targs = []string{"url.dll,FileProtocolHandler", uri}')
    const opens = 'if err := openBrowser(device.VerificationURIComplete); err != nil {\n\t\treturn err\n\t}'
    expect(await verdictsOf('DF-C19', { 'login.go': login(opens, shell) })).toEqual(new Set(['violates']))
    expect(await verdictsOf('DF-C19', { 'login.go': login(opens, direct) })).toEqual(new Set(['satisfies']))
  })

  test('a lock that somebody further up holds for something else is none', async () => {
    const refresh = (body: string) => `func refreshWith(kept string) (string, error) {
	response, err := http.PostForm("https://auth.example.com/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {kept}})
	if err != nil {
		return "", fmt.Errorf("refreshing token: %w", err)
	}
	var token oauth2.Token
	if err := json.NewDecoder(response.Body).Decode(&token); err != nil {
		return "", err
	}
	return token.AccessToken, saveToken(&token)
}
func ValidToken(kept string) (string, error) {
	${body}return refreshWith(kept)
}
func Upload(parts []string, kept string) {
	var mutex sync.Mutex
	for range parts {
		mutex.Lock()
		ValidToken(kept)
		mutex.Unlock()
	}
}
`
    expect(await verdictsOf('DF-C15', { 'login.go': login('', refresh('')) })).toEqual(new Set(['violates']))
    const held = refresh('refreshLock.Lock()\n\tdefer refreshLock.Unlock()\n\t')
    expect(await verdictsOf('DF-C15', { 'login.go': login('', held) })).toEqual(new Set(['satisfies']))
  })
})

describe('a poll with a client that tries again by itself', () => {
  const poll = (slower: string, test: string) => `package login
import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)
type Reply struct { Error string \`json:"error"\`; AccessToken string \`json:"access_token"\`; ExpiresIn int \`json:"expires_in"\` }
func Poll(ctx context.Context, code string, interval time.Duration, end time.Time) (string, error) {
	for ${test} {
		time.Sleep(interval)
		reply, err := redeem(ctx, code)
		if err != nil {
			return "", err
		}
		switch reply.Error {
		case "authorization_pending":
		case "slow_down":
			${slower}
		case "":
			return reply.AccessToken, checkReply(reply.ExpiresIn)
		default:
			return "", errors.New(reply.Error)
		}
	}
	return "", errors.New("expired")
}
func checkReply(expiresIn int) error {
	if expiresIn <= 0 {
		return errors.New("no life")
	}
	return nil
}
func redeem(ctx context.Context, code string) (*Reply, error) {
	once, stop := context.WithTimeout(ctx, tokenTimeout)
	defer stop()
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {code}, "client_id": {"notes"}}
	request, err := http.NewRequestWithContext(once, "POST", "https://auth.example.com/token", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	response, err := retrying.DoWithContext(once, request)
	if err != nil {
		return nil, err
	}
	var reply Reply
	return &reply, json.NewDecoder(response.Body).Decode(&reply)
}
`
  test('is found, and one and a half times as long is too little', async () => {
    const verdict = (slower: string) => verdictsOf('DF-C02', { 'login.go': poll(slower, 'time.Now().Before(end)') })
    expect(await verdict('interval *= 2')).toEqual(new Set(['satisfies']))
    expect(await verdict('interval *= 1.5')).toEqual(new Set(['violates']))
  })

  test('does not end by the time of one request', async () => {
    expect(await verdictsOf('DF-C03', { 'login.go': poll('interval *= 2', '') })).toEqual(new Set(['violates']))
    expect(await verdictsOf('DF-C03', { 'login.go': poll('interval *= 2', 'time.Now().Before(end)') })).toEqual(new Set(['satisfies']))
  })
})

test('settings that are handed tokens are a token file', async () => {
  const login = `package login
import (
	"context"
	"example.com/notes/settings"
	"golang.org/x/oauth2"
)
func Login(ctx context.Context, config *oauth2.Config) error {
	device, err := config.DeviceAuth(ctx)
	if err != nil {
		return err
	}
	token, err := config.DeviceAccessToken(ctx, device)
	if err != nil {
		return err
	}
	return settings.Create("notes", token.AccessToken)
}
`
  const settings = (what: string) => `package settings
import (
	"encoding/json"
	"os"
)
func Create(name, given string) error {
	kept := Settings{Name: name, ${what}: given}
	return saveAll(&kept)
}
func saveAll(kept *Settings) error {
	file, err := os.OpenFile("settings.json", os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return json.NewEncoder(file).Encode(kept)
}
`
  const files = (what: string) => ({ ...MODULE, 'login/login.go': login, 'settings/settings.go': settings(what) })
  expect(await verdictsOf('DF-C09', files('AccessToken'))).toEqual(new Set(['violates']))
  expect(await verdictsOf('DF-C09', files('Colour'))).toEqual(new Set(['satisfies']))
})
