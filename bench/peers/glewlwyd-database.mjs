/** `glewlwyd-database.mjs SCHEMA FILE`: makes the SQLite file of a Glewlwyd, as its package's own scripts would. */
import { readFileSync } from 'node:fs'
import Database from 'libsql'

const [, , schema, file] = process.argv
const database = new Database(file)
database.exec(readFileSync(schema, 'utf8'))
database.close()
