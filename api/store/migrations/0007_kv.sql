CREATE TABLE `kv` (
	`account` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer,
	PRIMARY KEY(`account`, `key`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `kv_expiry` ON `kv` (`expires_at`) WHERE "kv"."expires_at" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `kv_usage` (
	`account` text PRIMARY KEY NOT NULL,
	`keys` integer NOT NULL,
	`bytes` integer NOT NULL
);
--> statement-breakpoint
-- Counting an account's rows at every write would take longer the more there are.
CREATE TRIGGER kv_insert_usage AFTER INSERT ON kv BEGIN INSERT INTO kv_usage (account, keys, bytes) VALUES (NEW.account, 1, octet_length(NEW.key) + octet_length(NEW.value)) ON CONFLICT (account) DO UPDATE SET keys = keys + 1, bytes = bytes + excluded.bytes; END;
--> statement-breakpoint
CREATE TRIGGER kv_update_usage AFTER UPDATE OF value ON kv WHEN octet_length(NEW.value) <> octet_length(OLD.value) BEGIN UPDATE kv_usage SET bytes = bytes + octet_length(NEW.value) - octet_length(OLD.value) WHERE account = NEW.account; END;
--> statement-breakpoint
CREATE TRIGGER kv_delete_usage AFTER DELETE ON kv BEGIN UPDATE kv_usage SET keys = keys - 1, bytes = bytes - octet_length(OLD.key) - octet_length(OLD.value) WHERE account = OLD.account; END;
