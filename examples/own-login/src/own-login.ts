/** A login that an application has already, the identity port made of it, and what has to work then. */
export { type YourLogin, yourIdentity } from './identity.ts'
export { openLogin, type OwnLogin, ownPath } from './login.ts'
export { type Place, walk } from './walk.ts'
