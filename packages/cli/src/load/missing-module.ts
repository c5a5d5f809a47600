/** An import that leads nowhere. It keeps Node's `code`, which a pipeline tests when it tries an optional package. */
export class MissingModuleError extends Error {
  readonly code = 'ERR_MODULE_NOT_FOUND';
  readonly specifier: string;
  readonly importer: string;

  constructor(specifier: string, importer: string, cause: unknown) {
    super(`Cannot find '${specifier}' imported from ${importer}`, { cause });
    this.specifier = specifier;
    this.importer = importer;
  }
}
