import { GoogleCalendarAdapter } from "./GoogleCalendarAdapter.js";

export * as mappers from "./eventMapper.js";
export type { calendar_v3 } from "@googleapis/calendar";
export type { CalendarEvent } from "./GoogleCalendarAdapter.js";
export { GoogleCalendarAdapter };

export default GoogleCalendarAdapter;
