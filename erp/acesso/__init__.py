"""Who may enter and what for: API keys, staff groups, filial scope, second-person approvals."""
