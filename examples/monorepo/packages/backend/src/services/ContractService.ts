import type { Contract, PrismaClient } from "@prisma/client";

export class ContractService {
  constructor(private readonly prisma: PrismaClient) {}

  async list(organizationId: string): Promise<Contract[]> {
    return await this.prisma.contract.findMany({ where: { organizationId }, orderBy: { title: "asc" } });
  }

  async find(id: string): Promise<Contract | null> {
    return await this.prisma.contract.findFirst({ where: { id } });
  }

  async draft(organizationId: string, title: string): Promise<Contract> {
    console.info(`draft for ${organizationId}`);
    return await this.prisma.contract.create({ data: { title } });
  }

  async archiveUntitled(organizationId: string): Promise<number> {
    const where = { title: "", organizationId };
    const { count } = await this.prisma.contract.updateMany({ where, data: { archivedAt: new Date() } });
    return count;
  }

  async purge(): Promise<void> {
    await this.prisma.contract.deleteMany();
  }

  async titles(organizationId: string): Promise<string[]> {
    const rows = await this.prisma.$queryRaw<Contract[]>`
      SELECT title FROM contracts WHERE organization_id = ${organizationId} AND archived_at IS NULL`;
    return rows.map((row) => row.title);
  }
}
