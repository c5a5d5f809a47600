import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { CodeSplittingGroup, Plugin, RolldownOptions } from 'rolldown';

// Every package is built from its own manifest: the entries are the `@wf-sdk/source` targets of `exports`, `dependencies` stay
// imports (so a pipeline and the command share one core), and `devDependencies` that the sources import are bundled,
// their licences written to dist/THIRD-PARTY-NOTICES.txt. What runs on threads (`*.thread.ts`) is bundled by itself. Of a
// command (`bin`) the first file is by itself, too, and main.ts, which it imports when there is work, is one file with all that it
// always needs: each file more takes as long to load as some hundred lines.

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly '@wf-sdk/source'?: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** How a build differs from the others. */
interface Particulars {
  readonly plugin: Plugin;
  readonly groups?: CodeSplittingGroup[];
  readonly preserveEntrySignatures?: 'allow-extension';
}

const BIN = './src/bin.ts';
const MAIN = './src/main.ts';

const packages = fileURLToPath(new URL('.', import.meta.url));

const inFrontOfMain: Particulars = {
  plugin: {
    name: 'in-front-of-main',
    resolveId: (source) => (source === './main.ts' ? { id: './main.js', external: true } : undefined),
  },
};

export default readdirSync(packages)
  .map((name) => path.join(packages, name))
  .filter((root) => existsSync(path.join(root, 'src/index.ts')))
  .flatMap((root) => {
    const manifest = readManifest(root);
    const build = (input: Record<string, string>, particulars?: Particulars): RolldownOptions =>
      options(root, manifest, input, particulars);
    return [
      build(entries(manifest)),
      ...threads(root).map((entry) => build(entry)),
      ...(manifest.bin === undefined
        ? []
        : [build({ bin: BIN }, inFrontOfMain), build({ main: MAIN }, inOneFile())]),
    ];
  });

function options(
  root: string,
  manifest: Manifest,
  input: Record<string, string>,
  { plugin, groups = [], ...particulars }: Partial<Particulars> = {},
): RolldownOptions {
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
      codeSplitting: { groups },
    },
    plugins: [
      thirdPartyNotices(),
      withoutForeignMaps(),
      builtinsAsTheyAre(),
      childProcessesWhenNeeded(),
      plugin,
    ],
    ...particulars,
  };
}

function entries(manifest: Manifest): Record<string, string> {
  const exported = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [] : (target['@wf-sdk/source'] ?? []),
  );
  return Object.fromEntries(exported.map((source) => [source.slice('./src/'.length, -'.ts'.length), source]));
}

/** They stand in dist itself, as whoever starts the threads does, who looks for them beside itself. */
function threads(root: string): Record<string, string>[] {
  return readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((source) => source.endsWith('.thread.ts'))
    .map((source) => ({ [path.basename(source, '.ts')]: path.join('src', source) }));
}

/** An entry and all that it imports, but for what it imports when it is needed. */
function inOneFile(): Particulars {
  const always = new Set<string>();
  return {
    // What is loaded later takes what it shares with the entry from there.
    preserveEntrySignatures: 'allow-extension',
    groups: [{ name: 'main', test: (id) => always.has(id) }],
    plugin: {
      name: 'in-one-file',
      buildEnd() {
        const follow = (id: string): void => {
          const module = this.getModuleInfo(id);
          if (module === null || always.has(id)) return;
          always.add(id);
          for (const imported of module.importedIds) follow(imported);
        };
        for (const id of this.getModuleIds()) if (this.getModuleInfo(id)?.isEntry) follow(id);
      },
    },
  };
}

/**
 * Takes Node's own modules as they are. An import of one has Node read each of its exports, and some are made only when they are
 * read: all streams for `node:fs`, for `node:process` what a process may ever use. That was a tenth of the time of a start.
 */
function builtinsAsTheyAre(): Plugin {
  return {
    name: 'builtins-as-they-are',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        // Line for line, so that the maps hold.
        file.code = file.code.replace(
          /^import (?:\* as )?([\w$]+)?(?:, )?(\{.*\})? from "(node:[\w/]+)";$/gm,
          (_line, whole: string | undefined, names: string | undefined, id: string) =>
            [whole, names?.replaceAll(' as ', ': ')]
              .filter((bound) => bound !== undefined)
              .map((bound) => `const ${bound} = process.getBuiltinModule("${id}");`)
              .join(' '),
        );
      }
    },
  };
}

/** commander can have a subcommand be another program. None of ours is, and Node takes a while to load what starts programs. */
function childProcessesWhenNeeded(): Plugin {
  const asked = "const childProcess = require('node:child_process');";
  const answer =
    "const childProcess = { get spawn() { return process.getBuiltinModule('node:child_process').spawn; } };";
  return {
    name: 'child-processes-when-needed',
    transform: {
      filter: { id: /[\\/]commander[\\/]lib[\\/]command\.js$/ },
      handler(code) {
        if (!code.includes(asked))
          this.error('commander is no longer as it was: see childProcessesWhenNeeded');
        return { code: code.replace(asked, answer), map: null };
      },
    },
  };
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
        if (file.type !== 'chunk' || !file.moduleIds.some(isForeign)) continue;
        delete bundle[`${name}.map`];
        file.code = file.code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
      }
    },
  };
}

/** What is by far the most of the file it is bundled into. */
function isForeign(id: string): boolean {
  return ['@opentelemetry/sdk-node', 'node_modules/execa'].some((name) => id.includes(name));
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
