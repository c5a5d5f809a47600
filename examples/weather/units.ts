import { z } from 'zod';

export const units = z.enum(['metric', 'imperial']);
export type Units = z.infer<typeof units>;

/** How metric measurements are written for people. */
export interface Format {
  /** From millimetres. */
  precipitation(mm: number): string;
  /** From degrees Celsius. */
  temperature(celsius: number): string;
  /** The same for a difference, with its sign. */
  departure(celsius: number): string;
  /** From metres per second. */
  wind(metresPerSecond: number): string;
}

export const formats: Record<Units, Format> = {
  metric: {
    precipitation: (mm) => `${decimal(mm, 1)} mm`,
    temperature: (celsius) => `${decimal(celsius, 1)} °C`,
    departure: (celsius) => `${decimal(celsius, 1, 'exceptZero')} °C`,
    wind: (metresPerSecond) => `${decimal(metresPerSecond, 1)} m/s`,
  },
  imperial: {
    precipitation: (mm) => `${decimal(mm / 25.4, 2)} in`,
    temperature: (celsius) => `${decimal(celsius * 1.8 + 32, 1)} °F`,
    departure: (celsius) => `${decimal(celsius * 1.8, 1, 'exceptZero')} °F`,
    wind: (metresPerSecond) => `${decimal(metresPerSecond / 0.44704, 1)} mph`,
  },
};

function decimal(value: number, digits: number, signDisplay: 'auto' | 'exceptZero' = 'auto'): string {
  if (Number.isNaN(value)) return '–';
  const exactly = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString('en-US', { ...exactly, signDisplay });
}
