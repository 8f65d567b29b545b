export { storeContract, type Traits } from './store-contract.ts'
export { atOnce, type FakeClock, fakeClock, type MakeStore, START, type StoreUnderTest } from './under-test.ts'
