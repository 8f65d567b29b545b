/**
 * The one script of the pages, because passkeys are to be had by no other way. It shows the forms that only it can send, hands their
 * options to the browser, and puts the answer into their fields. It asks for nothing and knows nobody.
 */
import { type Html, html, render } from '../html.ts'

/** A module, so that it runs when the page is there. Neither `<` nor `&` nor a backslash: what the reader sees is what the browser runs. */
export const passkeyScript: Html = html`<script type="module">
const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const withBytes = (credentials) => credentials?.map((each) => ({ ...each, id: bytes(each.id) }));

async function answer(form) {
  const options = JSON.parse(form.dataset.passkey);
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: options.user ? { ...options.user, id: bytes(options.user.id) } : undefined,
    allowCredentials: withBytes(options.allowCredentials),
    excludeCredentials: withBytes(options.excludeCredentials),
  };
  const { id, response } = await navigator.credentials[options.user ? 'create' : 'get']({ publicKey });
  const fields = form.elements;
  fields.credential.value = id;
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (fields[name]) fields[name].value = response[name] ? text(response[name]) : '';
  }
  if (fields.transports) fields.transports.value = response.getTransports?.().join(' ') ?? '';
  form.submit();
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll('form[data-passkey]') : []) {
  const failures = [...form.querySelectorAll('[data-failure]')];
  let busy = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    for (const each of failures) each.hidden = true;
    answer(form).catch(({ name }) => {
      busy = false;
      (failures.find((each) => each.dataset.failure === name) ?? failures[0]).hidden = false;
    });
  });
  form.hidden = false;
  document.getElementById('no-passkeys')?.remove();
}
<\/script>`

const TEXT = render(passkeyScript)

/** What lets it run and nothing else (CSP Level 3, section 8.3). A test makes this digest from the text above. */
const SOURCE = "'sha256-hvO44nIVzWBao2FVtOL3ZhPrg5GlcNiq1Am7Hs5lBnI='"

/** What the policy of a page says of scripts: that this one may run, when the page holds it. */
export function scriptSourceOf(htmlText: string): string | undefined {
  return htmlText.includes(TEXT) ? SOURCE : undefined
}
