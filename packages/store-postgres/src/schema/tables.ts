/** Version 1 of the schema: the tables, and the one move that takes more than a statement. */

/**
 * Invariants: a lookup belongs to a row that exists (the trigger sees to it, also for rows deleted by hand), and within a group the sequence is
 * the order in which rows became visible.
 */
export const tables = (s: string) => `
CREATE TABLE ${s}.record (
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  value json NOT NULL,
  lookups text[] COLLATE "C",
  group_name text COLLATE "C",
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  expires_at double precision,
  whole_id text,
  PRIMARY KEY (kind, id)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX record_by_group ON ${s}.record (kind, group_name, sequence) WHERE group_name IS NOT NULL;
CREATE INDEX record_by_expiry ON ${s}.record (expires_at) WHERE expires_at IS NOT NULL;
COMMENT ON TABLE ${s}.record IS 'What the authorization server keeps; the views beside it show it column by column';
COMMENT ON COLUMN ${s}.record.version IS 'counts the changes; a change happens to the version that was read or not at all';
COMMENT ON COLUMN ${s}.record.sequence IS 'older rows of a group have smaller ones';
COMMENT ON COLUMN ${s}.record.expires_at IS 'milliseconds since 1970, by the clock of the servers; NULL: lives until it is removed';
COMMENT ON COLUMN ${s}.record.whole_id IS 'when the id is too long for an index: what it is the digest of';

CREATE TABLE ${s}.lookup (
  kind text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  PRIMARY KEY (kind, name)
);
COMMENT ON TABLE ${s}.lookup IS 'Further names that one record alone can be found by, such as the digest of a user code';

CREATE FUNCTION ${s}.free_lookups() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  DELETE FROM ${s}.lookup WHERE kind = OLD.kind AND name = ANY (OLD.lookups) AND id = OLD.id;
  RETURN NULL;
END
$body$;
CREATE TRIGGER free_lookups AFTER DELETE ON ${s}.record FOR EACH ROW WHEN (OLD.lookups IS NOT NULL)
  EXECUTE FUNCTION ${s}.free_lookups();

-- Replay marks, pacing and limits: unlogged, so no write of theirs waits for the disk, and empty after a crash of the database.
CREATE UNLOGGED TABLE ${s}.mark (
  key text COLLATE "C" PRIMARY KEY,
  until double precision NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNLOGGED TABLE ${s}.counter (
  key text COLLATE "C" PRIMARY KEY,
  until double precision NOT NULL,
  total double precision NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE ${s}.mark IS 'What may be done once until a moment: replay of proofs, pacing of polls';
COMMENT ON TABLE ${s}.counter IS 'How often something was done, until a moment: limits';

CREATE FUNCTION ${s}.insert_record(
  new_kind text, new_id text, new_value json, new_lookups text[], new_group text, new_end double precision, moment double precision, new_whole_id text
) RETURNS boolean LANGUAGE plpgsql AS $body$
DECLARE
  held bigint;
BEGIN
  IF new_group IS NOT NULL THEN
    -- Until the end of the transaction: who comes later in the group gets the greater sequence, and becomes visible later.
    PERFORM pg_advisory_xact_lock(hashtextextended(format('%s %L %L', '${s}.record', new_kind, new_group), 8628));
  END IF;
  FOR attempt IN 1..16 LOOP
    INSERT INTO ${s}.record (kind, id, value, lookups, group_name, expires_at, whole_id)
      VALUES (new_kind, new_id, new_value, new_lookups, new_group, new_end, new_whole_id) ON CONFLICT (kind, id) DO NOTHING;
    IF FOUND THEN
      IF new_lookups IS NULL THEN RETURN true; END IF;
      -- They come in one order everywhere: two inserts that wait for each other's names would wait for ever.
      INSERT INTO ${s}.lookup (kind, name, id) SELECT new_kind, name, new_id FROM unnest(new_lookups) AS name ON CONFLICT (kind, name) DO NOTHING;
      GET DIAGNOSTICS held = ROW_COUNT;
      IF held = cardinality(new_lookups) THEN RETURN true; END IF;
      DELETE FROM ${s}.record WHERE kind = new_kind AND id = new_id;
    END IF;
    -- Something is in the way. When it lives, nothing changes.
    IF EXISTS (
      SELECT FROM ${s}.record WHERE kind = new_kind AND id = new_id AND (expires_at IS NULL OR expires_at > moment)
    ) OR EXISTS (
      SELECT FROM ${s}.lookup JOIN ${s}.record USING (kind, id) WHERE lookup.kind = new_kind AND lookup.name = ANY (new_lookups)
        AND lookup.name = ANY (record.lookups) AND (expires_at IS NULL OR expires_at > moment)
    ) THEN
      RETURN false;
    END IF;
    -- What has ended gives up all it held; a lookup whose row somebody took away by hand is free, too.
    DELETE FROM ${s}.record WHERE kind = new_kind AND expires_at <= moment
      AND id IN (SELECT new_id UNION SELECT id FROM ${s}.lookup WHERE kind = new_kind AND name = ANY (new_lookups));
    DELETE FROM ${s}.lookup WHERE kind = new_kind AND name = ANY (new_lookups)
      AND NOT EXISTS (SELECT FROM ${s}.record WHERE record.kind = lookup.kind AND record.id = lookup.id AND lookup.name = ANY (record.lookups));
  END LOOP;
  RAISE EXCEPTION 'the names of a new record changed hands too often' USING ERRCODE = 'serialization_failure';
END
$body$;`
