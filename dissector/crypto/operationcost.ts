/**
 * What operations with large numbers cost, in those of 2048 bits, of which each takes about ten milliseconds: the unit of the limits
 * `privateOperations` and `captureOperations`.
 */
const unitBits = 2048;
/** A multiplication of numbers twice as long takes about three times as long (Karatsuba), and beside it what each call takes. */
const growth = 1.65;
const callCost = 0.02;
/** A cheaper operation counts as this part of one: a capture may hold many thousand small ones. */
const leastCost = 1 / 16;

/** An exponentiation: a squaring for each bit of the exponent. */
export function exponentiationCost(modulusBits: number, exponentBits = modulusBits): number {
  return Math.max(leastCost, ((modulusBits / unitBits) ** growth + callCost) * (exponentBits / unitBits));
}

/** The private operation of RSA, by the Chinese remainder theorem: two exponentiations of half the size. */
export function rsaPrivateCost(modulusBits: number): number {
  return 2 * exponentiationCost(modulusBits / 2);
}
