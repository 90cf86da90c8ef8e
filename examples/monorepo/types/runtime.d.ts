/** The parts of Express, BullMQ and ioredis that the sample uses. */
declare module "express" {
  export interface Request {
    body: unknown;
    ip?: string;
    params: Record<string, string>;
    query: Record<string, string | undefined>;
    headers: Record<string, string | undefined>;
    auth?: { userId: string; organizationId: string };
  }
  export interface Response {
    status(code: number): this;
    json(body: unknown): this;
    end(): this;
  }
  export type Handler = (req: Request, res: Response, next: (error?: unknown) => void) => unknown;
  export interface Router {
    get(path: string, ...handlers: Handler[]): this;
    post(path: string, ...handlers: Handler[]): this;
    use(path: string, ...handlers: (Handler | Router)[]): this;
  }
  export interface Application extends Router {
    listen(port: number, done?: () => void): void;
  }
  export function Router(): Router;
  export function raw(options: { type: string; limit: string }): Handler;
  export function json(): Handler;
  export default function express(): Application;
}

declare module "bullmq" {
  export interface Job<Data> {
    id?: string;
    name: string;
    data: Data;
    attemptsMade: number;
  }
  export interface ConnectionOptions {
    host: string;
    port: number;
  }
  export class Queue<Data> {
    constructor(name: string, options: { connection: ConnectionOptions });
    add(name: string, data: Data, options?: { jobId?: string; attempts?: number }): Promise<Job<Data>>;
    getWaitingCount(): Promise<number>;
  }
  export class Worker<Data> {
    constructor(
      name: string,
      processor: (job: Job<Data>) => Promise<void>,
      options: { connection: ConnectionOptions; concurrency?: number }
    );
    on(event: "failed", listener: (job: Job<Data> | undefined, error: Error) => void): this;
    on(event: "completed", listener: (job: Job<Data>) => void): this;
    close(): Promise<void>;
  }
}

declare module "ioredis" {
  export class Redis {
    constructor(url: string);
    get(key: string): Promise<string | null>;
    set(key: string, value: string, mode?: "EX", seconds?: number, condition?: "NX"): Promise<"OK" | null>;
    incr(key: string): Promise<number>;
    del(key: string): Promise<number>;
  }
}

declare module "@googleapis/calendar" {
  export namespace calendar_v3 {
    interface Schema$EventDateTime {
      dateTime?: string;
      date?: string;
    }
    interface Schema$Event {
      id: string;
      summary?: string;
      start: Schema$EventDateTime;
      end: Schema$EventDateTime;
      attendees?: { email: string; responseStatus: string }[];
    }
    interface Calendar {
      events: {
        list(params: { calendarId: string; maxResults: number }): Promise<{ data: { items?: Schema$Event[] } }>;
        get(params: { calendarId: string; eventId: string }): Promise<{ data: Schema$Event }>;
        patch(params: { calendarId: string; eventId: string; requestBody: object }): Promise<{ data: Schema$Event }>;
      };
    }
  }
  export function calendar(options: { version: "v3"; rootUrl?: string }): calendar_v3.Calendar;
}
