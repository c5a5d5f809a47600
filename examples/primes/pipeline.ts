import { workflow } from 'wf-sdk';

/** How many primes there are below a number, found the slow way: this would block the event loop for long. */
function countPrimes(below: number): number {
  let count = 0;
  for (let candidate = 2; candidate < below; candidate++) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor++;
    if (divisor * divisor > candidate) count++;
  }
  return count;
}

export default workflow('primes', { module: import.meta.url })
  .addTask('counts')
  .matrix({ below: [10_000, 100_000, 1_000_000] })
  .isolate({ memory: '256MB' })
  .timeout('1m')
  .run(({ matrix }) => countPrimes(matrix.below))
  .output(({ counts }) => counts);
