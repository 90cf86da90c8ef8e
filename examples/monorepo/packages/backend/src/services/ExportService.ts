import type { Pool } from "pg";

interface ExportRow {
  name: string;
  health_score: string | null;
}

export class ExportService {
  constructor(private readonly pool: Pool) {}

  async accounts(organizationId: string): Promise<ExportRow[]> {
    const { rows } = await this.pool.query<ExportRow>(
      "SELECT name, health_score FROM accounts WHERE organization_id = $1 ORDER BY name",
      [organizationId]
    );
    return rows;
  }

  async lowScores(threshold: number): Promise<ExportRow[]> {
    const sql = `
      SELECT a.name, a.health_score
      FROM accounts a
      JOIN contacts c ON c.account_id = a.id
      WHERE a.health_score < $1
    `;
    return (await this.pool.query<ExportRow>(sql, [threshold])).rows;
  }

  async rates(currency: string): Promise<number[]> {
    const { rows } = await this.pool.query<{ rate: string }>("SELECT rate FROM exchange_rates WHERE currency = $1", [
      currency,
    ]);
    return rows.map(({ rate }) => Number(rate));
  }

  async resetScores(): Promise<number> {
    return (await this.pool.query("UPDATE accounts SET health_score = NULL")).rowCount;
  }
}
