import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Plugin, RolldownOptions } from 'rolldown';

// Every package is built from its own manifest: the entries are the `@wf-sdk/source` targets of `exports` and the
// sources of `bin`; `dependencies` stay imports (so a pipeline and the command share one core), and
// `devDependencies` that the sources import are bundled, their licences written to dist/THIRD-PARTY-NOTICES.txt.
// What runs on threads (`*.thread.ts`) is bundled by itself, so that what starts a process is in as few files as before.

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly '@wf-sdk/source'?: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const packages = fileURLToPath(new URL('.', import.meta.url));

export default readdirSync(packages)
  .map((name) => path.join(packages, name))
  .filter((root) => existsSync(path.join(root, 'src/index.ts')))
  .flatMap((root) => {
    const manifest = readManifest(root);
    return [
      options(root, manifest, entries(manifest)),
      ...threads(root).map((entry) => options(root, manifest, entry)),
    ];
  });

function options(root: string, manifest: Manifest, input: Record<string, string>): RolldownOptions {
  const dependencies = Object.keys({
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  });
  return {
    cwd: root,
    input,
    platform: 'node',
    external: (id) => dependencies.some((name) => id === name || id.startsWith(`${name}/`)),
    transform: { target: 'node20.19' },
    output: {
      dir: 'dist',
      format: 'esm',
      sourcemap: true,
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
    },
    plugins: [thirdPartyNotices(), withoutForeignMaps()],
  };
}

function entries(manifest: Manifest): Record<string, string> {
  const exported = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [] : (target['@wf-sdk/source'] ?? []),
  );
  const commands = Object.values(manifest.bin ?? {}).map((file) =>
    file.replace('./dist/', './src/').replace(/\.js$/, '.ts'),
  );
  return Object.fromEntries(
    [...exported, ...commands].map((source) => [source.slice('./src/'.length, -'.ts'.length), source]),
  );
}

/** They stand in dist itself, as whoever starts the threads does, who looks for them beside itself. */
function threads(root: string): Record<string, string>[] {
  return readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((source) => source.endsWith('.thread.ts'))
    .map((source) => ({ [path.basename(source, '.ts')]: path.join('src', source) }));
}

function thirdPartyNotices(): Plugin {
  return {
    name: 'third-party-notices',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const roots = new Set(
        modules.flatMap((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id) ?? []),
      );
      if (roots.size === 0) return;
      const source = [...roots].map(notice).sort().join('\n');
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-NOTICES.txt', source });
    },
  };
}

/** A map of code that is nearly all others' is larger than that code, and leads nobody to ours. */
function withoutForeignMaps(): Plugin {
  return {
    name: 'without-foreign-maps',
    generateBundle(_, bundle) {
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type !== 'chunk' || !file.moduleIds.some((id) => id.includes('@opentelemetry/sdk-node')))
          continue;
        delete bundle[`${name}.map`];
        file.code = file.code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
      }
    },
  };
}

function notice(root: string): string {
  const { name, version } = readManifest(root);
  const licence = readdirSync(root).find((file) => /^licen[sc]e/i.test(file));
  if (licence === undefined) throw new Error(`${name} is bundled but has no licence file`);
  return `${name} ${version}\n\n${readFileSync(path.join(root, licence), 'utf8').trim()}\n`;
}

function readManifest(root: string): Manifest {
  return JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
}
