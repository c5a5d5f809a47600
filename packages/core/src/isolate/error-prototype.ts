import * as family from '../model/error.ts';
