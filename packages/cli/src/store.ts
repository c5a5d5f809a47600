export { type Durability, openStore, type OpenStoreOptions, type SqliteStore } from '@wf-sdk/store-sqlite';
