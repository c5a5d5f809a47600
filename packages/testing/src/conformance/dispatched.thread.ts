// The module that dispatchers load: an entry of its own when the package is built, with nothing of the kit beside it.
export { dispatchedWorkflow } from './dispatched.ts';
