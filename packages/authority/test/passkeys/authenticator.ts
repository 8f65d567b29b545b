/** An authenticator with its browser, in software: makes passkeys and answers challenges as Web Authentication Level 3 has it, or wrongly on request. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { certificateFor } from '../../../client/test/support/certificate.ts'
import { cbor } from './cbor.ts'

/** What a page asks for (`navigator.credentials`), bytes as base64url. */
export interface Asked {
  readonly challenge: string
  readonly rp?: { readonly id: string; readonly name: string }
  readonly rpId?: string
  readonly user?: { readonly id: string; readonly name: string; readonly displayName: string }
  readonly allowCredentials?: readonly { readonly id: string }[]
  readonly excludeCredentials?: readonly { readonly id: string }[]
  readonly userVerification?: string
  readonly [member: string]: unknown
}

/** What is not as a browser and an authenticator do it. */
export interface Wrong {
  readonly challenge?: string
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  /** The page stood in a frame of another site. */
  readonly crossOrigin?: boolean
  /** Whether the person was there, and was verified. */
  readonly present?: boolean
  readonly verified?: boolean
  readonly counter?: number
  readonly userHandle?: string
  /** As if the signature were over something else. */
  readonly spoiled?: boolean
}

/** Fields of the form, by their names. */
export type Answered = Readonly<Record<string, string>>

interface Kept {
  readonly id: string
  readonly handle: string
  readonly rpId: string
  readonly privateKey: KeyObject
  readonly algorithm: Algorithm
}

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256' | 'ES384'

export interface AuthenticatorOptions {
  readonly origin: string
  readonly algorithm?: Algorithm
  /** Whether it counts its signatures; those that are kept in step between devices do not. */
  readonly counts?: boolean
  readonly attestation?: 'none' | 'self' | 'certificate'
}

export type Authenticator = ReturnType<typeof openAuthenticator>

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest()

export function openAuthenticator({ origin, algorithm = 'ES256', counts = true, attestation = 'none' }: AuthenticatorOptions) {
  const kept: Kept[] = []
  let counter = 0

  function clientData(type: string, challenge: string, wrong: Wrong): Buffer {
    const said = { type: wrong.type ?? type, challenge: wrong.challenge ?? challenge, origin: wrong.origin ?? origin }
    return Buffer.from(JSON.stringify({ ...said, crossOrigin: wrong.crossOrigin ?? false }))
  }

  /** Section 6.1. */
  function authenticatorData(rpId: string, wrong: Wrong, attested: Buffer = Buffer.alloc(0)): Buffer {
    if (counts) counter++
    const { present = true, verified = true } = wrong
    const flags = (present ? 0x01 : 0) | (verified ? 0x04 : 0) | (attested.length > 0 ? 0x40 : 0)
    const head = Buffer.alloc(5)
    head.writeUInt8(flags, 0)
    head.writeUInt32BE(wrong.counter ?? (counts ? counter : 0), 1)
    return Buffer.concat([sha256(wrong.rpId ?? rpId), head, attested])
  }

  return {
    kept,
    /** Makes a passkey, unless it has one of those it must not repeat. */
    create: (asked: Asked, wrong: Wrong = {}): Answered => {
      if (asked.excludeCredentials?.some(({ id }) => kept.some((each) => each.id === id))) throw new Error('InvalidStateError')
      const { privateKey, coseKey } = newKey(algorithm)
      const id = randomBytes(20)
      const length = Buffer.alloc(2)
      length.writeUInt16BE(id.length)
      const authData = authenticatorData(asked.rp?.id ?? '', wrong, Buffer.concat([Buffer.alloc(16), length, id, coseKey]))
      const clientDataJSON = clientData('webauthn.create', asked.challenge, wrong)
      const signed = Buffer.concat([authData, sha256(clientDataJSON)])
      const credential = id.toString('base64url')
      kept.push({ id: credential, handle: asked.user?.id ?? '', rpId: asked.rp?.id ?? '', privateKey, algorithm })
      const statement = {
        none: new Map(),
        self: new Map<string, unknown>([
          ['alg', COSE[algorithm]],
          ['sig', signature(algorithm, privateKey, signed, wrong)],
        ]),
        certificate: vouched(signed),
      }[attestation]
      const attestationObject = cbor(
        new Map<string, unknown>([
          ['fmt', attestation === 'none' ? 'none' : 'packed'],
          ['attStmt', statement],
          ['authData', authData],
        ]),
      )
      return {
        credential,
        clientDataJSON: clientDataJSON.toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: 'internal hybrid',
      }
    },
    /** Answers with the first passkey that fits, as if the person had chosen it. */
    get: (asked: Asked, wrong: Wrong = {}): Answered => {
      const allowed = asked.allowCredentials?.map(({ id }) => id)
      const passkey = kept.find(({ id, rpId }) => rpId === asked.rpId && (allowed === undefined || allowed.includes(id)))
      if (passkey === undefined) throw new Error('NotAllowedError')
      return answer(passkey, asked, wrong)
    },
    /** Answers whatever is asked, also what is not for it. */
    answerAnyway: (asked: Asked, wrong: Wrong = {}): Answered => answer(kept[0] as Kept, asked, wrong),
  }

  function answer({ id, handle, privateKey, algorithm: made }: Kept, asked: Asked, wrong: Wrong): Answered {
    const clientDataJSON = clientData('webauthn.get', asked.challenge, wrong)
    const authData = authenticatorData(asked.rpId ?? '', wrong)
    return {
      credential: id,
      clientDataJSON: clientDataJSON.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature(made, privateKey, Buffer.concat([authData, sha256(clientDataJSON)]), wrong).toString('base64url'),
      userHandle: wrong.userHandle ?? handle,
    }
  }
}

/** A statement as makers of authenticators give it, under a certificate that nobody knows: all in order, but for who says so. */
function vouched(signed: Buffer): Map<string, unknown> {
  const { key, cert } = certificateFor('Key', new Date(), 1, { 6: 'SE', 10: 'Forger', 11: 'Authenticator Attestation' })
  return new Map<string, unknown>([
    ['alg', COSE.ES256],
    ['sig', sign('sha256', signed, key)],
    ['x5c', [Buffer.from(cert.replace(/-----[^-]+-----|\s/g, ''), 'base64')]],
  ])
}

const COSE: Readonly<Record<Algorithm, number>> = { ES256: -7, EdDSA: -8, RS256: -257, ES384: -35 }

function signature(algorithm: Algorithm, key: KeyObject, bytes: Buffer, { spoiled = false }: Wrong): Buffer {
  const hash = { ES256: 'sha256', EdDSA: null, RS256: 'sha256', ES384: 'sha384' }[algorithm]
  return sign(hash, spoiled ? Buffer.concat([bytes, Buffer.from('!')]) : bytes, key)
}

/** A key pair, the public one as a COSE key. */
function newKey(algorithm: Algorithm): { privateKey: KeyObject; coseKey: Buffer } {
  const { privateKey, publicKey } = {
    ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    EdDSA: () => generateKeyPairSync('ed25519'),
    RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  }[algorithm]()
  const jwk = publicKey.export({ format: 'jwk' })
  const bytes = (text: string | undefined) => Buffer.from(text ?? '', 'base64url')
  const alg: [number, unknown] = [3, COSE[algorithm]]
  const members: [number, unknown][] = {
    ES256: [[1, 2], alg, [-1, 1], [-2, bytes(jwk.x)], [-3, bytes(jwk.y)]] as [number, unknown][],
    ES384: [[1, 2], alg, [-1, 2], [-2, bytes(jwk.x)], [-3, bytes(jwk.y)]] as [number, unknown][],
    EdDSA: [[1, 1], alg, [-1, 6], [-2, bytes(jwk.x)]] as [number, unknown][],
    RS256: [[1, 3], alg, [-1, bytes(jwk.n)], [-2, bytes(jwk.e)]] as [number, unknown][],
  }[algorithm]
  return { privateKey, coseKey: cbor(new Map(members)) }
}
