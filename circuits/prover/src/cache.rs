//! Keys that stay in memory between proofs.

use crate::error::{ProverError, Result};
use crate::zkey::Zkey;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Keys by name, the one used longest ago first; more than the budget are not kept.
pub struct KeyCache {
    budget: u64,
    keys: Mutex<Vec<(String, Arc<Zkey>)>>,
}

impl KeyCache {
    /// `budget` in bytes, mapped files counted in.
    pub fn new(budget: u64) -> Self {
        Self { budget, keys: Mutex::new(Vec::new()) }
    }

    /// Keeps a key, and drops those used longest ago until all fit. The newest one always stays:
    /// a budget that is too small makes proofs slow, not impossible.
    pub fn insert(&self, name: &str, key: Zkey) -> Arc<Zkey> {
        let key = Arc::new(key);
        let mut keys = self.lock();
        keys.retain(|(other, _)| other != name);
        keys.push((name.to_owned(), Arc::clone(&key)));
        while keys.len() > 1 && keys.iter().map(|(_, key)| key.bytes()).sum::<u64>() > self.budget {
            keys.remove(0);
        }
        key
    }

    pub fn get(&self, name: &str) -> Result<Arc<Zkey>> {
        let mut keys = self.lock();
        let Some(index) = keys.iter().position(|(other, _)| other == name) else {
            return Err(ProverError::KeyUnknown { name: name.to_owned() });
        };
        let entry = keys.remove(index);
        let key = Arc::clone(&entry.1);
        keys.push(entry);
        Ok(key)
    }

    /// Bytes that a further table of multiples may take, if all of them may take `most`: no key is
    /// dropped for one.
    pub fn room_for_table(&self, most: u64) -> u64 {
        let keys = self.lock();
        let held: u64 = keys.iter().map(|(_, key)| key.bytes()).sum();
        let tables: u64 = keys.iter().map(|(_, key)| key.multiples_bytes()).sum();
        most.saturating_sub(tables).min(self.budget.saturating_sub(held))
    }

    /// A proof under way keeps its key to its end.
    pub fn remove(&self, name: &str) {
        self.lock().retain(|(other, _)| other != name);
    }

    pub fn names(&self) -> Vec<String> {
        self.lock().iter().map(|(name, _)| name.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(String, Arc<Zkey>)>> {
        // Whoever panicked while holding it left a list that is still whole.
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
