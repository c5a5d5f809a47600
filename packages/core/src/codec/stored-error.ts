import type { ErrorData } from '../model/error-data.ts';

/** An error that is data already, so that it is stored as that and comes back as an error. */
export class StoredError {
  readonly data: ErrorData;

  constructor(data: ErrorData) {
    this.data = data;
  }
}
