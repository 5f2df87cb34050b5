// The last part of a candidate's translation: what the player asks for by name.

void* __dso_handle __attribute__((visibility("hidden"))) = nullptr;
extern "C" ecot::Model* ecot_model(VerilatedContext* context) { return new ecot::ModelOf<Design, @{sizes}>(context); }
