/* Called before each instruction: counts it, or stops in front of it once as many as wanted were executed. */
struct counter {
    unsigned long long executed;
    unsigned long long limit;
    unsigned long long address; /* of the last instruction executed */
    unsigned long long watched; /* an address */
    unsigned long long passed;  /* how many instructions came before it when it was executed last */
    int (*stop)(void *engine);
};

void count(void *engine, unsigned long long address, unsigned int size, struct counter *counter)
{
    (void)size;
    if (counter->executed >= counter->limit) {
        counter->stop(engine);
        return;
    }
    if (address == counter->watched) {
        counter->passed = counter->executed;
    }
    counter->executed += 1;
    counter->address = address;
}
