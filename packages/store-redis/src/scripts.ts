/**
 * The moves as scripts. Each runs to its end with nothing in between, and touches no key but those it is given: so it runs in a cluster too,
 * also while slots move. Times are those of the store's clock, handed in; lives are what Redis counts down by itself.
 */
import { createHash } from 'node:crypto'

export interface Script {
  readonly text: string
  readonly sha: string
}

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

const LIVES = `
local function lives(ends, now)
  return ends == '-' or tonumber(ends) > tonumber(now)
end`

const PUT = `
local function put(key, text, life)
  if life == '' then redis.call('SET', key, text) else redis.call('SET', key, text, 'PX', life) end
end`

/**
 * `taken`: which of the lookups KEYS[first...] are held by a hint that is neither ours nor the one expected there, as number and holder by turns.
 * `keep`: writes our hint into the lookups, and into the group that may follow them, or makes what is there already live longer.
 * A group is sorted by a number that grows: the server's time, so that it tells how old a hint is as well.
 */
const HINTS = `
local function taken(first, count, ours, expected)
  local found = {}
  for n = 0, count - 1 do
    local holder = redis.call('GET', KEYS[first + n])
    if holder and holder ~= ours and holder ~= ARGV[expected + n] then
      found[#found + 1] = n
      found[#found + 1] = holder
    end
  end
  return found
end
local function prolong(key, life, fresh)
  if life == '' then redis.call('PERSIST', key)
  elseif fresh then redis.call('PEXPIRE', key, life)
  else redis.call('PEXPIRE', key, life, 'GT') end
end
local function keep(first, count, ours, member, life)
  for n = 0, count - 1 do
    local key = KEYS[first + n]
    if redis.call('GET', key) == ours then prolong(key, life, false) else put(key, ours, life) end
  end
  local group = KEYS[first + count]
  if not group then return end
  local last = redis.call('ZRANGE', group, -1, -1, 'WITHSCORES')[2]
  if not redis.call('ZSCORE', group, member) then
    local time = redis.call('TIME')
    local sequence = math.floor(time[1] * 1000 + time[2] / 1000)
    if last and sequence <= tonumber(last) then sequence = tonumber(last) + 1 end
    redis.call('ZADD', group, string.format('%.0f', sequence), member)
  end
  prolong(group, life, not last)
end`

/** KEYS: lookups, then the group if there is one. Takes all lookups or none. Gives 1, or what is in the way. */
export const HOLD = script(`${PUT}${HINTS}
local life, count, ours, member = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local found = taken(1, count, ours, 5)
if #found > 0 then return found end
keep(1, count, ours, member, life)
return 1`)

/** KEYS: lookups, then the group if there is one. Takes our hints out again, and nobody else's. */
export const RELEASE = script(`
local count, ours, member = tonumber(ARGV[1]), ARGV[2], ARGV[3]
for n = 1, count do
  if redis.call('GET', KEYS[n]) == ours then redis.call('DEL', KEYS[n]) end
end
if KEYS[count + 1] then redis.call('ZREM', KEYS[count + 1], member) end
return 1`)

/**
 * KEYS: the row, its refusal when some of its hints lie elsewhere, then the lookups and the group that lie here.
 * Gives 1; 0 when the id is taken; -1 when the row was refused; or what is in the way.
 */
export const INSERT = script(`${LIVES}${PUT}${HINTS}
local now, text, life, first = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local row = redis.call('GET', KEYS[1])
if row and lives(string.match(row, '^%d+ (%S+)'), now) then return 0 end
if first == 3 and redis.call('EXISTS', KEYS[2]) == 1 then return -1 end
if ARGV[5] then
  local hintLife, count, ours, member = ARGV[5], tonumber(ARGV[6]), ARGV[7], ARGV[8]
  local found = taken(first, count, ours, 9)
  if #found > 0 then return found end
  keep(first, count, ours, member, hintLife)
end
put(KEYS[1], text, life)
return 1`)

/**
 * KEYS: a row that a hint leads to, and its refusal. Decides for good whether the hint leads anywhere: 1 when the row lives; else it is gone
 * and will not come any more, and its hints are given if it was there to the last.
 */
export const SETTLE = script(`${LIVES}
local now, nonce, ahead, life = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local row = redis.call('GET', KEYS[1])
local ends, has = string.match(row or '', '^%d+ (%S+) (%S+)')
if has == nonce then
  if lives(ends, now) then return 1 end
  redis.call('DEL', KEYS[1])
  return string.match(row, '^%d+ %S+([^\\n]*)')
elseif ahead == '1' then
  redis.call('SET', KEYS[2], '', 'PX', life)
end
return 0`)

/**
 * KEYS: rows. ARGV: now, then for each the version it has to have, the one after, the value, its end, its life and what its hints cover.
 * Gives for each 1; 0 when it is not there in this version; its hints when they have to be made to live longer first.
 */
export const SWAP = script(`${LIVES}${PUT}
local now, told = ARGV[1], {}
local function swap(key, version, after, value, ends, life, cover)
  local row = redis.call('GET', key)
  if not row then return 0 end
  local is, kept, hints = string.match(row, '^(%d+) (%S+)([^\\n]*)')
  if is ~= version or not lives(kept, now) then return 0 end
  if ends == '' then
    redis.call('SET', key, after .. ' ' .. kept .. hints .. '\\n' .. value, 'KEEPTTL')
    return 1
  end
  local nonce, covered, names = string.match(hints, '^ (%S+) (%S+) (.*)$')
  if nonce and cover ~= '' then
    hints = ' ' .. nonce .. ' ' .. cover .. ' ' .. names
  elseif nonce and covered ~= '-' and (ends == '-' or tonumber(ends) > tonumber(covered)) then
    return hints
  end
  put(key, after .. ' ' .. ends .. hints .. '\\n' .. value, life)
  return 1
end
for n = 1, #KEYS do told[n] = swap(KEYS[n], unpack(ARGV, 6 * n - 4, 6 * n + 1)) end
return told`)

/** KEYS: the row. Gives its hints, which may be none, when it is removed; 0 when it is not there in this version. */
export const REMOVE = script(`${LIVES}
local row = redis.call('GET', KEYS[1])
if not row then return 0 end
local is, ends, hints = string.match(row, '^(%d+) (%S+)([^\\n]*)')
if is ~= ARGV[1] or not lives(ends, ARGV[2]) then return 0 end
redis.call('DEL', KEYS[1])
return hints`)

/**
 * KEYS: marks and counters. ARGV: now, then for each its end, its life and what to add to it; nothing is added to a mark.
 * Gives for each mark 1 when it was not there and 0 when it was, for each counter the new sum as text.
 */
export const MARK = script(`${LIVES}${PUT}
local now, told = ARGV[1], {}
for n = 1, #KEYS do
  local key, ends, life, add = KEYS[n], ARGV[3 * n - 1], ARGV[3 * n], ARGV[3 * n + 1]
  local kept = redis.call('GET', key)
  if add ~= '' then
    local sum, stays = string.match(kept or '', '^(%S+) (%S+)')
    local living = sum and lives(stays, now)
    sum = string.format('%.17g', (living and tonumber(sum) or 0) + tonumber(add))
    if living then redis.call('SET', key, sum .. ' ' .. stays, 'KEEPTTL') else put(key, sum .. ' ' .. ends, life) end
    told[n] = sum
  elseif kept and lives(kept, now) then
    told[n] = 0
  else
    put(key, ends, life)
    told[n] = 1
  end
end
return told`)

/** KEYS: the group. A page of its hints, oldest first, each with its number; behind a number, or behind a hint if that is still there. */
export const PAGE = script(`
local behind, number, limit = unpack(ARGV)
local from = number
if behind ~= '' then from = redis.call('ZSCORE', KEYS[1], behind) or '' end
return redis.call('ZRANGE', KEYS[1], from == '' and '-inf' or '(' .. from, '+inf', 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES')`)

/** KEYS: the group. Takes out hints that led nowhere, except young ones, whose row may be on its way. */
export const PRUNE = script(`
local old, pruned = redis.call('TIME')[1] * 1000 - tonumber(ARGV[1]), 0
for n = 2, #ARGV do
  local number = redis.call('ZSCORE', KEYS[1], ARGV[n])
  if number and tonumber(number) < old then pruned = pruned + redis.call('ZREM', KEYS[1], ARGV[n]) end
end
return pruned`)
