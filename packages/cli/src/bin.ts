#!/usr/bin/env node
import module from 'node:module';
import { version } from './version.ts';

// Nothing is imported here that the shortest command does not need: the rest is loaded when it is known what to do.
if (process.argv.length === 3 && ['--version', '-V'].includes(process.argv[2] ?? '')) {
  process.stdout.write(`${version}\n`);
} else {
  // Node 22 and later keep compiled code between starts; Node 20 has no such cache.
  (module as { enableCompileCache?: () => unknown }).enableCompileCache?.();
  const { main } = await import('./main.ts');
  await main(process.argv.slice(2));
}
