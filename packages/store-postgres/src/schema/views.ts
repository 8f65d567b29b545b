/** Version 2 of the schema: what a person wants to see of the records, column by column, with moments as timestamps. Nothing of ours reads it. */

/** What a view shows: its columns, each an expression over `record` and over its value as `v`. */
interface View {
  readonly name: string
  readonly kind: string
  readonly about: string
  readonly columns: Readonly<Record<string, string>>
}

export const views = (s: string) => {
  const moment = (expression: string) => `${s}.moment(${expression})`
  const words = (expression: string) => `${s}.words(${expression})`
  const all: readonly View[] = [
    {
      name: 'device_authorizations',
      kind: 'device',
      about: 'Devices that asked to sign in (RFC 8628)',
      columns: {
        client_id: `v->>'clientId'`,
        state: `v->>'state'`,
        subject: `v->'decision'->>'subject'`,
        scope: words(`v->'scope'`),
        granted_scope: words(`v->'granted'`),
        device_name: `v->>'deviceName'`,
        address: `v->'origin'->>'address'`,
        created_at: moment(`v->>'createdAt'`),
        decided_at: moment(`v->'decision'->>'decidedAt'`),
        expires_at: moment(`v->>'expiresAt'`),
        kept_until: moment('record.expires_at'),
        grant_id: `v->>'grantId'`,
      },
    },
    {
      name: 'grants',
      kind: 'grant',
      about: 'What people approved; each holds its refresh tokens',
      columns: {
        grant_id: 'record.id',
        // A column of the table with an index, so that all grants of one person are found at once.
        subject: 'record.group_name',
        client_id: `v->>'clientId'`,
        scope: words(`v->'scope'`),
        resources: words(`v->'resources'`),
        device_name: `v->>'deviceName'`,
        label: `v->>'label'`,
        address: `v->'origin'->>'address'`,
        created_at: moment(`v->>'createdAt'`),
        rotated_at: moment(`v->'family'->>'rotatedAt'`),
        revoked_at: moment(`v->'family'->>'revokedAt'`),
        expires_at: moment('record.expires_at'),
      },
    },
    {
      name: 'accounts',
      kind: 'account',
      about: 'People who can sign in',
      columns: {
        subject: 'record.id',
        name: `v->>'name'`,
        shown_name: `v->>'shownName'`,
        disabled: `(v->>'disabled')::boolean`,
        created_at: moment(`v->>'createdAt'`),
        expires_at: moment('record.expires_at'),
      },
    },
    {
      name: 'clients',
      kind: 'client',
      about: 'Programs that may ask for tokens',
      columns: {
        client_id: 'record.id',
        name: `v->>'name'`,
        authentication: `v->>'authentication'`,
        grant_types: words(`v->'grantTypes'`),
        scope: words(`v->'scopes'`),
        redirect_uris: words(`v->'redirectUris'`),
        self_registered: `v->'registration' IS NOT NULL`,
        disabled: `coalesce((v->>'disabled')::boolean, false)`,
        created_at: moment(`v->>'createdAt'`),
        expires_at: moment('record.expires_at'),
      },
    },
    {
      name: 'browsers',
      kind: 'browser',
      about: 'Browsers in which somebody is signed in',
      columns: {
        subject: `v->>'subject'`,
        authenticated_at: moment(`v->>'authenticatedAt'`),
        expires_at: moment('record.expires_at'),
      },
    },
  ]
  return [FUNCTIONS(s), ...all.map((each) => sqlOf(s, each))].join('\n')
}

/** PostgreSQL cannot show NUL and lone surrogates; a value that holds one is shown with the sign for "unreadable" in its place. */
const FUNCTIONS = (s: string) => `
CREATE FUNCTION ${s}.legible(value json) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN regexp_replace(value::text, '\\\\u(0000|d[89a-f][0-9a-f]{2})', '\\\\ufffd', 'gi')::json;
CREATE FUNCTION ${s}.moment(milliseconds double precision) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN milliseconds IS NOT NULL THEN to_timestamp(least(greatest(milliseconds, -2e14), 8.64e15) / 1000) END;
CREATE FUNCTION ${s}.moment(milliseconds text) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ${s}.moment(milliseconds::double precision);
CREATE FUNCTION ${s}.words(list json) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (SELECT string_agg(word, ' ') FROM json_array_elements_text(list) AS word);`

function sqlOf(s: string, { name, kind, about, columns }: View): string {
  const shown = Object.entries(columns).map(([column, expression]) => `${expression} AS ${column}`)
  return `
CREATE VIEW ${s}.${name} AS SELECT
  ${shown.join(',\n  ')}
FROM ${s}.record, LATERAL (SELECT ${s}.legible(record.value) AS v OFFSET 0) AS legible WHERE record.kind = '${kind}';
COMMENT ON VIEW ${s}.${name} IS '${about}; rows that have expired are shown until they are swept';`
}
