/** Any text as sealed bytes, for what is kept beside credentials and is as secret. What was sealed as one thing never opens as another. */
import type { Suite } from '@countersign/proof'
import type { Sealing } from './seal.ts'

/** AES-256-GCM over the text; format, name and key id are authenticated with it. */
export async function sealText(suite: Suite, sealing: Sealing, format: string, text: string): Promise<Uint8Array> {
  return suite.seal(sealing.key, new TextEncoder().encode(text), associated(sealing, format))
}

/** The text; `undefined` when the bytes were not sealed with this key, key id, name and format. */
export async function openText(suite: Suite, sealing: Sealing, format: string, sealed: Uint8Array): Promise<string | undefined> {
  const plaintext = await suite.open(sealing.key, sealed, associated(sealing, format))
  return plaintext === undefined ? undefined : new TextDecoder().decode(plaintext)
}

function associated({ keyId, name }: Sealing, format: string): string {
  return JSON.stringify([format, name, keyId])
}
