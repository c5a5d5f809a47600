export { type Durability, openStore, type OpenStoreOptions } from './open.ts';
export type { SqliteStore } from './sqlite-store.ts';
