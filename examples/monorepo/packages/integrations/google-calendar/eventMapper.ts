import type { calendar_v3 } from "@googleapis/calendar";

import type { CalendarEvent } from "./GoogleCalendarAdapter.js";

export type RawEvent = calendar_v3.Schema$Event;

// @ts-expect-error
export const EMPTY_EVENT: RawEvent = { summary: "(no title)" };

export const UNKNOWN_START = { date: "1970-01-01" } as unknown as RawEvent["start"];

const instant = (time: RawEvent["start"]): string => time.dateTime ?? `${time.date ?? UNKNOWN_START.date}T00:00:00Z`;

export function toCalendarEvent(raw: RawEvent): CalendarEvent {
  return {
    id: raw.id,
    title: raw.summary ?? "(no title)",
    start: instant(raw.start),
    end: instant(raw.end),
    attendees: (raw.attendees ?? []).map(({ email }) => email),
  };
}
