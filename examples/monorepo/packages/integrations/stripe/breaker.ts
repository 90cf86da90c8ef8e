import { ConnectionError } from "../base/index.js";

/** Opens after `threshold` failures in a row and lets one call through after `coolDownMs`. */
export class CircuitBreaker {
  private failures = 0;
  private openedAt = 0;

  constructor(
    private readonly name: string,
    private readonly threshold = 5,
    private readonly coolDownMs = 30_000
  ) {}

  async execute<T>(call: () => Promise<T>): Promise<T> {
    if (this.failures >= this.threshold && Date.now() - this.openedAt < this.coolDownMs) {
      throw new ConnectionError(this.name, "circuit is open");
    }
    try {
      const result = await call();
      this.failures = 0;
      return result;
    } catch (error) {
      this.failures += 1;
      this.openedAt = Date.now();
      throw error;
    }
  }
}
