/** Slow hashing of passwords. argon2id where native code is welcome; anything whose output names its own parameters will do. */
export interface PasswordHasher {
  /** A self-describing hash, such as a PHC string. */
  hash(password: string): Promise<string>
  verify(hash: string, password: string): Promise<boolean>
}
