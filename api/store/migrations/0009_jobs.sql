CREATE TABLE `job_usage` (
	`account` text PRIMARY KEY NOT NULL,
	`stored` integer NOT NULL,
	`bytes` integer NOT NULL,
	`hour` integer NOT NULL,
	`added` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `jobs` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`account` text NOT NULL,
	`script` text NOT NULL,
	`function` text,
	`state` text NOT NULL,
	`priority` integer NOT NULL,
	`run_at` integer NOT NULL,
	`attempts` integer NOT NULL,
	`made` integer DEFAULT 0 NOT NULL,
	`cut` integer DEFAULT 0 NOT NULL,
	`backoff` text NOT NULL,
	`key` text,
	`is_scheduled` integer DEFAULT false NOT NULL,
	`lease_owner` text,
	`lease_until` integer,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`progress` text,
	`error` text,
	`data` text NOT NULL,
	`result` text,
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_id_unique` ON `jobs` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_key` ON `jobs` (`account`,`key`) WHERE "jobs"."key" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `jobs_account` ON `jobs` (`account`);--> statement-breakpoint
CREATE INDEX `jobs_waiting` ON `jobs` (`account`,`script`,`priority`,`run_at`) WHERE "jobs"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX `jobs_delayed` ON `jobs` (`run_at`) WHERE "jobs"."state" = 'delayed';--> statement-breakpoint
CREATE INDEX `jobs_leased` ON `jobs` (`lease_until`) WHERE "jobs"."state" = 'active';--> statement-breakpoint
CREATE INDEX `jobs_finished` ON `jobs` (`finished_at`) WHERE "jobs"."finished_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `jobs_completed` ON `jobs` (`account`,`finished_at`) WHERE "jobs"."state" = 'completed';--> statement-breakpoint
CREATE INDEX `jobs_scheduled` ON `jobs` (`script`) WHERE "jobs"."is_scheduled" = 1 AND "jobs"."finished_at" IS NULL;--> statement-breakpoint
CREATE TABLE `paused_queues` (
	`script` text PRIMARY KEY NOT NULL,
	`paused_at` integer NOT NULL,
	FOREIGN KEY (`script`) REFERENCES `scripts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `schedules` (
	`script` text PRIMARY KEY NOT NULL,
	`account` text NOT NULL,
	`cron` text,
	`lists` text,
	`time_zone` text NOT NULL,
	`input` text NOT NULL,
	`overlap` text NOT NULL,
	`misfire` text NOT NULL,
	`enabled` integer NOT NULL,
	`last_at` integer,
	`next_at` integer,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`script`) REFERENCES `scripts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `schedules_account` ON `schedules` (`account`);--> statement-breakpoint
CREATE INDEX `schedules_next_at` ON `schedules` (`next_at`) WHERE "schedules"."next_at" IS NOT NULL;
--> statement-breakpoint
-- Counting an account's rows at every write would take longer the more there are. An edge node whose clock is behind does not begin an hour anew.
CREATE TRIGGER jobs_insert_usage AFTER INSERT ON jobs BEGIN INSERT INTO job_usage (account, stored, bytes, hour, added) VALUES (NEW.account, 1, octet_length(NEW.data), NEW.created_at / 3600000, 1) ON CONFLICT (account) DO UPDATE SET stored = stored + 1, bytes = bytes + excluded.bytes, added = iif(excluded.hour > hour, 1, added + 1), hour = max(hour, excluded.hour); END;
--> statement-breakpoint
CREATE TRIGGER jobs_update_usage AFTER UPDATE OF data, result ON jobs BEGIN UPDATE job_usage SET bytes = bytes + octet_length(NEW.data) + coalesce(octet_length(NEW.result), 0) - octet_length(OLD.data) - coalesce(octet_length(OLD.result), 0) WHERE account = NEW.account; END;
--> statement-breakpoint
CREATE TRIGGER jobs_delete_usage AFTER DELETE ON jobs BEGIN UPDATE job_usage SET stored = stored - 1, bytes = bytes - octet_length(OLD.data) - coalesce(octet_length(OLD.result), 0) WHERE account = OLD.account; END;
