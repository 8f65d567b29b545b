// Reads the credential called "name" from the vault in a directory and prints it.
import { openVault } from '../../dist/vault/index.js'

const [directory, environment] = process.argv.slice(2)
const vault = await openVault({ env: JSON.parse(environment), directory })
process.stdout.write(`${JSON.stringify(await vault.read('name'))}\n`)
