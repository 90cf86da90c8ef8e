import type { Redis } from "ioredis";

interface VectorStore {
  similaritySearch(query: string, k: number, filter?: Record<string, string>): Promise<string[]>;
}

export class CacheService {
  constructor(
    private readonly redis: Redis,
    private readonly vectorStore: VectorStore
  ) {}

  async summary(organizationId: string, accountId: string): Promise<string | null> {
    return await this.redis.get(`summary:${organizationId}:${accountId}`);
  }

  async putDigest(organizationId: string, digest: string): Promise<void> {
    console.debug(`digest of ${organizationId}`);
    await this.redis.set("digest:latest", digest, "EX", 3600);
  }

  async remember(query: string): Promise<string[]> {
    return await this.vectorStore.similaritySearch(query, 4);
  }

  async recall(organizationId: string, query: string): Promise<string[]> {
    return await this.vectorStore.similaritySearch(query, 4, { organization_id: organizationId });
  }
}
