"""What people do with staged rows: every act has a reason, looks first for what forbids it, and is all or nothing."""
